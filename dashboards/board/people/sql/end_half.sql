DELETE FROM board_half_sign_ins WHERE token_sha256 = %(token_sha256)s
