DELETE FROM board_recovery_codes WHERE name = %(name)s
