INSERT INTO board_half_sign_ins (token_sha256, name, secret, expires_at)
VALUES (%(token_sha256)s, %(name)s, %(secret)s, %(expires_at)s)
