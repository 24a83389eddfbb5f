-- migrate:up

-- By what people recognise their sessions. is_strong: it took a second factor to open it. A board of
-- the version before opens sessions without one, which is what the defaults say.
ALTER TABLE board_sessions
    ADD COLUMN session_id text NOT NULL DEFAULT gen_random_uuid()::text,
    ADD COLUMN is_strong boolean NOT NULL DEFAULT false,
    ADD COLUMN address text,
    ADD COLUMN browser text CHECK (char_length(browser) <= 200);
CREATE UNIQUE INDEX board_sessions_by_id ON board_sessions (session_id);
CREATE INDEX board_sessions_of_whom ON board_sessions (who, created_at);

-- A secret that a phone holds too, for the codes of RFC 6238. last_step is the half minute of the
-- newest code that was taken: no code is taken twice.
CREATE TABLE board_second_factors (
    name text PRIMARY KEY REFERENCES board_users ON DELETE CASCADE,
    secret bytea NOT NULL CHECK (octet_length(secret) = 20),
    last_step bigint NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now()
);

-- For who has lost the phone: each counts once.
CREATE TABLE board_recovery_codes (
    name text NOT NULL REFERENCES board_second_factors ON DELETE CASCADE,
    code_sha256 bytea NOT NULL CHECK (octet_length(code_sha256) = 32),
    PRIMARY KEY (name, code_sha256)
);

-- Who has given the right password and owes a code; or, with a secret, is to confirm that secret as
-- theirs. Apart from sessions, so that no board takes one for signed in.
CREATE TABLE board_half_sign_ins (
    token_sha256 bytea PRIMARY KEY CHECK (octet_length(token_sha256) = 32),
    name text NOT NULL REFERENCES board_users ON DELETE CASCADE,
    secret bytea CHECK (octet_length(secret) = 20),
    expires_at timestamptz NOT NULL
);
CREATE INDEX board_half_sign_ins_of_whom ON board_half_sign_ins (name, expires_at);

-- What all boards of this database know and nobody else does.
CREATE TABLE board_keys (
    name text PRIMARY KEY,
    key bytea NOT NULL CHECK (octet_length(key) = 32)
);
INSERT INTO board_keys (name, key) VALUES (
    'browsers',
    decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')
);

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
