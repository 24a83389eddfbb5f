-- migrate:up

-- Who may use the board. A password is an argon2 hash, which carries its own salt and costs.
CREATE TABLE board_users (
    name text PRIMARY KEY
        CHECK (name ~ '^[a-z0-9][a-z0-9._@-]{0,63}$' AND name <> 'local'),
    role text NOT NULL CHECK (role IN ('viewer', 'merchandiser', 'operator')),
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz
);

-- One row per browser that is signed in. The browser alone has the token: who reads this table
-- learns its SHA-256, and nobody can sign in with that. local_user is null for who came by OpenID
-- Connect; role is null for a local user, whose role is the one in board_users now.
CREATE TABLE board_sessions (
    token_sha256 bytea PRIMARY KEY CHECK (octet_length(token_sha256) = 32),
    local_user text REFERENCES board_users ON DELETE CASCADE,
    who text NOT NULL,
    name text NOT NULL,
    role text CHECK (role IN ('viewer', 'merchandiser', 'operator')),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT board_sessions_has_a_role CHECK (num_nonnulls(local_user, role) = 1)
);

CREATE INDEX board_sessions_by_user ON board_sessions (local_user);

-- Who did what, when, from which address, and what was so before and after. Who writes it says
-- who acts in the settings tillstream.who and tillstream.address of the transaction; a change by
-- hand is that of its database role.
CREATE TABLE audit_log (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    happened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    who text NOT NULL DEFAULT coalesce(
        nullif(current_setting('tillstream.who', true), ''), 'database role ' || session_user
    ),
    address text DEFAULT nullif(current_setting('tillstream.address', true), ''),
    action text NOT NULL,
    subject text NOT NULL,
    before jsonb,
    after jsonb
);

CREATE INDEX audit_log_by_subject ON audit_log (subject, entry_id);

-- Counted at each sign-in.
CREATE INDEX audit_log_of_sign_ins ON audit_log (happened_at)
    WHERE action IN ('sign_in', 'sign_in.refused');

CREATE FUNCTION refuse_change_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_log is append-only: % is refused', lower(TG_OP)
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_log_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log();
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_append_only;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
