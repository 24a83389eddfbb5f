-- migrate:up

-- What a store's database has yet to tell the centre, and the store's own workers: a movement that
-- was booked, an offer that was made here. It is written in the transaction of the row, by whoever
-- writes that, and goes once Kafka has it. At the centre nothing is written: Debezium tells all.
CREATE TABLE outbox (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('movement', 'offer')),
    body text NOT NULL
);

-- Offers that were made in this very database. What comes down of them from the centre is an echo,
-- and may be of a state that was changed here since.
CREATE TABLE offers_of_here (
    offer_id text PRIMARY KEY
);

-- A row as Debezium tells it: times in UTC.
CREATE FUNCTION put_into_outbox() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    told jsonb := to_jsonb(CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END);
BEGIN
    IF NOT EXISTS (SELECT FROM stores WHERE here AND location_id = told ->> 'location_id') THEN
        RETURN NULL;
    END IF;
    IF TG_ARGV[0] = 'offer' THEN
        INSERT INTO offers_of_here VALUES (told ->> 'offer_id') ON CONFLICT DO NOTHING;
    END IF;
    IF TG_OP = 'DELETE' THEN
        told := told || '{"__deleted": "true"}';
    END IF;
    INSERT INTO outbox (kind, body) VALUES (TG_ARGV[0], told::text);
    RETURN NULL;
END $$;

CREATE TRIGGER stock_movements_are_told AFTER INSERT ON stock_movements
    FOR EACH ROW EXECUTE FUNCTION put_into_outbox('movement');
CREATE TRIGGER offers_are_told AFTER INSERT OR UPDATE OR DELETE ON offers
    FOR EACH ROW WHEN (session_user <> 'tillstream_replication')
    EXECUTE FUNCTION put_into_outbox('offer');

CREATE FUNCTION keep_own_offer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    coming offers := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    IF EXISTS (SELECT FROM offers_of_here WHERE offer_id = coming.offer_id) THEN
        RETURN NULL;
    END IF;
    RETURN coming;
END $$;

CREATE TRIGGER offers_of_here_stay BEFORE INSERT OR UPDATE OR DELETE ON offers
    FOR EACH ROW WHEN (session_user = 'tillstream_replication')
    EXECUTE FUNCTION keep_own_offer();

REVOKE EXECUTE ON FUNCTION put_into_outbox, keep_own_offer FROM PUBLIC;

-- A store's machine may be put back to an image of yesterday, which the database itself cannot know:
-- its sequences would give numbers again that the centre has heard with other movements. So each
-- start of the software draws a mark, and numbers of another start are other numbers.
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
