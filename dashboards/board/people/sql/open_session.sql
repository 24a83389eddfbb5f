INSERT INTO board_sessions
    (token_sha256, local_user, who, name, role, is_strong, address, browser, expires_at)
VALUES
    (%(token_sha256)s, %(local_user)s, %(who)s, %(name)s, %(role)s, %(is_strong)s, %(address)s,
    %(browser)s, %(expires_at)s)
