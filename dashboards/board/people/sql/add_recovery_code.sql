INSERT INTO board_recovery_codes (name, code_sha256) VALUES (%(name)s, %(code_sha256)s)
