-- Whose token it is, if it still holds.
SELECT name, role
FROM api_tokens
WHERE token_sha256 = %(token_sha256)s
    AND revoked_at IS NULL
    AND (expires_at IS NULL OR expires_at > now())
