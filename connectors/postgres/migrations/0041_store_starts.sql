-- migrate:up

-- A store's machine may be put back to an image of yesterday, which the database itself cannot know:
-- its sequences would give numbers again that the centre has heard with other movements, and these
-- would be taken for repeats. So each start of a store's software draws a mark, and numbers of
-- another start are other numbers. At the centre nothing changes.
ALTER TABLE stores ADD COLUMN started text NOT NULL DEFAULT '';

CREATE OR REPLACE FUNCTION movement_origin(location text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    mark text := current_setting('tillstream.origin_mark', true);
BEGIN
    IF coalesce(mark, '') = '' THEN
        SELECT left(md5(concat_ws('/', system_identifier, oid,
                left(pg_walfile_name(pg_current_wal_lsn()), 8),
                (SELECT started FROM stores WHERE here))), 12)
        INTO mark
        FROM pg_control_system(), pg_database
        WHERE datname = current_database();
        PERFORM set_config('tillstream.origin_mark', mark, false);
    END IF;
    RETURN location || '@' || mark;
END $$;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
