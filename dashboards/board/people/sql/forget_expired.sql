WITH half AS (DELETE FROM board_half_sign_ins WHERE expires_at <= now())
DELETE FROM board_sessions WHERE expires_at <= now()
