-- A local user's role is the one that they have now, and one who is disabled has no session.
SELECT s.session_id, s.who, s.name, coalesce(u.role, s.role) AS role, s.local_user, s.is_strong,
    s.expires_at
FROM board_sessions AS s
LEFT JOIN board_users AS u ON u.name = s.local_user
WHERE s.token_sha256 = %(token_sha256)s AND s.expires_at > now() AND u.disabled_at IS NULL
