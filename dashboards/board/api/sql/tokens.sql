-- All tokens that were ever made.
SELECT name, role, created_at, expires_at, revoked_at
FROM api_tokens
ORDER BY name, created_at
