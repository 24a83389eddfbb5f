DELETE FROM board_recovery_codes WHERE name = %(name)s AND code_sha256 = %(code_sha256)s
