-- Of two who send one code at once, one finds it used.
UPDATE board_second_factors SET last_step = %(step)s
WHERE name = %(name)s AND last_step < %(step)s
