WITH half AS (DELETE FROM board_half_sign_ins WHERE name = %(name)s)
DELETE FROM board_sessions WHERE local_user = %(name)s
