DELETE FROM board_sessions
WHERE session_id = %(session_id)s AND (%(who)s::text IS NULL OR who = %(who)s)
RETURNING token_sha256, who
