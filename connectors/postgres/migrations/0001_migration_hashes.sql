-- migrate:up

-- What each applied file said when it was applied, so that an edit afterwards is noticed:
-- the migration tool itself only remembers the version number.
CREATE TABLE migration_hashes (
    version text PRIMARY KEY,
    file_name text NOT NULL,
    sha256 text NOT NULL
);

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
