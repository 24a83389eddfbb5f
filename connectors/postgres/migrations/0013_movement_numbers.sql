-- migrate:up

-- A movement's number ascends by one within its origin, and an origin books for one location. So
-- workers keep what they have booked as a few ranges, where a key for each movement would grow
-- for ever. Rows of before have neither: the table is append-only.
ALTER TABLE stock_movements
    ADD COLUMN origin text CHECK (char_length(origin) BETWEEN 1 AND 128),
    ADD COLUMN number bigint CHECK (number BETWEEN 1 AND 1000000000000);

-- Two movements of one number would count as one.
CREATE UNIQUE INDEX stock_movements_numbers ON stock_movements (origin, number)
    WHERE number IS NOT NULL;

-- One sequence for each origin, made when it is first used. A table of counters would make two
-- transfers between the same locations wait for each other, and in opposite order for ever.
CREATE SCHEMA movement_numbers;

-- The default origin: the location, and a mark of this very database as it went on from its last
-- recovery. A restored or promoted database repeats numbers that were given and lost, and so does
-- the one of a store beside the centre's: under another origin they are other movements. The mark
-- is found once a session; the time line is the one that is written now, not of the last checkpoint.
CREATE FUNCTION movement_origin(location text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    mark text := current_setting('tillstream.origin_mark', true);
BEGIN
    IF coalesce(mark, '') = '' THEN
        SELECT left(md5(concat_ws('/', system_identifier, oid,
                left(pg_walfile_name(pg_current_wal_lsn()), 8))), 12)
        INTO mark
        FROM pg_control_system(), pg_database
        WHERE datname = current_database();
        PERFORM set_config('tillstream.origin_mark', mark, false);
    END IF;
    RETURN location || '@' || mark;
END $$;

-- A sequence is only seen once the transaction that made it has ended. Whoever needs the same one
-- meanwhile does not wait, as two who wait for each other's would never end: they take an origin of
-- their own for this one transaction, and count in a setting, which is taken back with its rows.
CREATE FUNCTION number_movement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    counter text;
BEGIN
    IF NEW.number IS NOT NULL THEN
        IF NEW.origin IS NULL THEN
            RAISE EXCEPTION 'a movement with a number must name its origin'
                USING ERRCODE = 'check_violation', HINT = 'Leave both out, or name both.';
        END IF;
        RETURN NEW;
    END IF;
    -- Booked before: what conflicts with it must not use up a number, which would be missed for ever.
    IF EXISTS (
        SELECT FROM stock_movements
        WHERE movement_id = NEW.movement_id AND location_id = NEW.location_id AND sku = NEW.sku
    ) THEN
        RETURN NEW;
    END IF;
    NEW.origin := coalesce(NEW.origin, movement_origin(NEW.location_id));
    counter := 'movement_numbers.of_' || md5(NEW.origin);
    IF to_regclass(counter) IS NULL THEN
        IF pg_try_advisory_xact_lock(hashtextextended(counter, 0)) THEN
            EXECUTE format('CREATE SEQUENCE IF NOT EXISTS %s', counter);
        ELSE
            RETURN number_apart(NEW);
        END IF;
    END IF;
    NEW.number := nextval(counter);
    RETURN NEW;
END $$;

CREATE FUNCTION number_apart(booked stock_movements) RETURNS stock_movements
LANGUAGE plpgsql AS $$
DECLARE
    transaction_mark text := current_setting('tillstream.transaction_mark', true);
    counter text;
BEGIN
    IF coalesce(transaction_mark, '') = '' THEN
        transaction_mark := left(md5(gen_random_uuid()::text), 12);
        PERFORM set_config('tillstream.transaction_mark', transaction_mark, true);
    END IF;
    booked.origin := left(booked.origin, 115) || '~' || transaction_mark;
    counter := 'tillstream.number_' || md5(booked.origin);
    booked.number := coalesce(nullif(current_setting(counter, true), '')::bigint, 0) + 1;
    PERFORM set_config(counter, booked.number::text, true);
    RETURN booked;
END $$;

-- Not ALWAYS: what is replicated or restored in replica mode keeps the number that it had, or none.
CREATE TRIGGER stock_movements_number
    BEFORE INSERT ON stock_movements
    FOR EACH ROW EXECUTE FUNCTION number_movement();

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
