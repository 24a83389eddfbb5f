SELECT u.name, u.role, u.password_hash, f.name IS NOT NULL AS has_second_factor
FROM board_users AS u
LEFT JOIN board_second_factors AS f ON f.name = u.name
WHERE u.name = %(name)s AND u.disabled_at IS NULL
