SELECT u.name, u.role, u.created_at, u.disabled_at,
    (SELECT max(a.happened_at) FROM audit_log AS a
     WHERE a.subject = 'users/' || u.name AND a.action = 'sign_in') AS signed_in_at
FROM board_users AS u
ORDER BY u.name
