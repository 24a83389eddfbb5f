-- Open sessions of whom or of what is searched for, the newest first.
SELECT s.session_id, s.who, coalesce(u.role, s.role) AS role, s.is_strong,
    s.created_at, s.expires_at, s.address, s.browser
FROM board_sessions AS s
LEFT JOIN board_users AS u ON u.name = s.local_user
WHERE s.expires_at > now() AND u.disabled_at IS NULL
    AND (%(who)s::text IS NULL OR s.who = %(who)s)
    AND (
        %(search)s = ''
        OR position(lower(%(search)s) IN lower(s.who)) > 0
        OR s.address = %(search)s
    )
ORDER BY s.created_at DESC, s.session_id
LIMIT %(most)s
