SELECT name, role, created_at, disabled_at FROM board_users WHERE name = %(name)s FOR UPDATE
