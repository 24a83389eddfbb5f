SELECT h.name, u.role, h.secret, f.name IS NOT NULL AS has_second_factor
FROM board_half_sign_ins AS h
JOIN board_users AS u ON u.name = h.name AND u.disabled_at IS NULL
LEFT JOIN board_second_factors AS f ON f.name = h.name
WHERE h.token_sha256 = %(token_sha256)s AND h.expires_at > now()
