UPDATE board_users SET disabled_at = NULL WHERE name = %(name)s AND disabled_at IS NOT NULL
