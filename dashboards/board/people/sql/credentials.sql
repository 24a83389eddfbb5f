SELECT name, role, password_hash FROM board_users WHERE name = %(name)s AND disabled_at IS NULL
