DELETE FROM board_sessions
WHERE token_sha256 IN (
    SELECT token_sha256 FROM board_sessions WHERE who = %(who)s
    ORDER BY created_at DESC, session_id OFFSET %(most)s
)
