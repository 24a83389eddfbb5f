SELECT secret FROM board_second_factors WHERE name = %(name)s
