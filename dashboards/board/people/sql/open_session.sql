INSERT INTO board_sessions (token_sha256, local_user, who, name, role, expires_at)
VALUES (%(token_sha256)s, %(local_user)s, %(who)s, %(name)s, %(role)s, %(expires_at)s)
