DELETE FROM board_sessions WHERE expires_at <= now()
