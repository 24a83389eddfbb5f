-- A new token, unless the name is in use.
INSERT INTO api_tokens (token_sha256, name, role, expires_at)
VALUES (%(token_sha256)s, %(name)s, %(role)s, now() + make_interval(days => %(days)s))
ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING
