UPDATE board_users SET disabled_at = now() WHERE name = %(name)s AND disabled_at IS NULL
