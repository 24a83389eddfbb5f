DELETE FROM board_half_sign_ins WHERE name = %(name)s
