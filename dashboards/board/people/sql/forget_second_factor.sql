DELETE FROM board_second_factors WHERE name = %(name)s
