DELETE FROM board_sessions WHERE token_sha256 = %(token_sha256)s
