-- migrate:up

-- Tokens with which machines read the API. Who reads this table learns a SHA-256, with which
-- nobody gets in. A revoked one stays, so that the audit log's names keep their meaning.
CREATE TABLE api_tokens (
    token_sha256 bytea PRIMARY KEY CHECK (octet_length(token_sha256) = 32),
    name text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
    role text NOT NULL DEFAULT 'viewer' CHECK (role = 'viewer'),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz
);

-- A name is free again once its token was revoked.
CREATE UNIQUE INDEX api_tokens_by_name ON api_tokens (name) WHERE revoked_at IS NULL;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
