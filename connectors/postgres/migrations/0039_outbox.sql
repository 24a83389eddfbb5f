-- migrate:up

-- In a store: what its database says for the store's own Kafka, from where it goes up to the centre.
-- Written in the transaction that it tells of, and deleted once Kafka has it. At the centre, where
-- Debezium reads the tables, it stays empty.
CREATE TABLE outbox (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    what text NOT NULL CHECK (what IN ('movement', 'offer')),
    value jsonb NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now()
);

-- Offers that were made in this store, also those that are no more. The centre sends a store the
-- offers that it knows, and among them the store's own, as they were a while ago.
CREATE TABLE own_offers (
    offer_id text PRIMARY KEY,
    made_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION rfc3339(moment timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

CREATE FUNCTION movement_told(booked stock_movements) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'movement_id', booked.movement_id, 'location_id', booked.location_id, 'sku', booked.sku,
        'quantity', booked.quantity, 'reason', booked.reason, 'reference', booked.reference,
        'occurred_at', rfc3339(booked.occurred_at), 'origin', booked.origin,
        'number', booked.number
    )
$$;

-- As change data capture tells a row, so that who reads cdc.offers need not know where it is from.
CREATE FUNCTION offer_told(made offers, gone boolean) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
    SELECT jsonb_build_object(
        'offer_id', made.offer_id, 'location_id', made.location_id, 'sku', made.sku,
        'category', made.category, 'percent', made.percent, 'price_minor', made.price_minor,
        'valid_from', rfc3339(made.valid_from), 'valid_to', rfc3339(made.valid_to),
        '__deleted', gone::text,
        '__source_ts_ms', (extract(epoch FROM clock_timestamp()) * 1000)::bigint
    )
$$;

CREATE FUNCTION say_movements() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM stores WHERE here) THEN
        INSERT INTO outbox (what, value)
        SELECT 'movement', movement_told(new_rows::stock_movements)
        FROM new_rows
        ORDER BY origin, number;
        PERFORM pg_notify('tillstream_outbox', '');
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER stock_movements_said AFTER INSERT ON stock_movements
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION say_movements();

-- What comes down is no offer of the store's own, and is not sent up again.
CREATE FUNCTION say_own_offer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    made offers := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    IF session_user = 'tillstream_replication'
        OR NOT EXISTS (SELECT FROM stores WHERE here AND location_id = made.location_id)
    THEN
        RETURN NULL;
    END IF;
    INSERT INTO own_offers (offer_id) VALUES (made.offer_id) ON CONFLICT DO NOTHING;
    INSERT INTO outbox (what, value) VALUES ('offer', offer_told(made, TG_OP = 'DELETE'));
    PERFORM pg_notify('tillstream_outbox', '');
    RETURN NULL;
END $$;

CREATE TRIGGER offers_said AFTER INSERT OR UPDATE OR DELETE ON offers
    FOR EACH ROW EXECUTE FUNCTION say_own_offer();

-- An own offer that comes down is what the store has said before: it changes nothing here, be it
-- older than what the store says now, or of an offer that it has taken back.
CREATE FUNCTION keep_own_offer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    told offers := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    IF session_user = 'tillstream_replication'
        AND EXISTS (SELECT FROM own_offers WHERE offer_id = told.offer_id)
    THEN
        RETURN NULL;
    END IF;
    RETURN told;
END $$;

CREATE TRIGGER offers_are_the_stores_own BEFORE INSERT OR UPDATE OR DELETE ON offers
    FOR EACH ROW EXECUTE FUNCTION keep_own_offer();

-- Who becomes a store here says all that was booked before; what was said already is known by its
-- number.
CREATE FUNCTION say_all_of_store() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO outbox (what, value)
    SELECT 'movement', movement_told(booked)
    FROM stock_movements AS booked
    WHERE location_id = NEW.location_id
    ORDER BY origin, number;
    PERFORM pg_notify('tillstream_outbox', '');
    RETURN NULL;
END $$;

CREATE TRIGGER stores_say_all AFTER INSERT OR UPDATE OF here ON stores
    FOR EACH ROW WHEN (NEW.here) EXECUTE FUNCTION say_all_of_store();

-- As before (0037), but for the store's own offers: the centre has them as messages alone, and no
-- row that could be compared.
CREATE OR REPLACE FUNCTION replicated_digests(place text) RETURNS TABLE (
    kind text, id text, digest text, is_due boolean
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH listed AS (SELECT sku FROM assortment WHERE location_id = place),
    found AS (
        SELECT 'product' AS kind, sku AS id, to_jsonb(p) AS content,
            sku IN (SELECT sku FROM listed) AS is_due
        FROM products AS p
        UNION ALL
        SELECT 'assortment', sku, to_jsonb(a), true FROM assortment AS a WHERE location_id = place
        UNION ALL
        SELECT 'price', price_id, to_jsonb(p),
            sku IN (SELECT sku FROM listed) AND (valid_to IS NULL OR valid_to > now())
                AND NOT EXISTS (
                    SELECT FROM prices AS later
                    WHERE later.sku = p.sku AND later.location_id IS NOT DISTINCT FROM p.location_id
                        AND later.valid_to IS NULL AND later.valid_from <= now()
                        AND later.valid_from > p.valid_from
                )
        FROM prices AS p WHERE location_id IS NULL OR location_id = place
        UNION ALL
        SELECT 'recall', recall_id, to_jsonb(r),
            sku IN (SELECT sku FROM listed) AND (valid_to IS NULL OR valid_to > now())
        FROM recalls AS r
        UNION ALL
        SELECT 'offer', offer_id, to_jsonb(o), valid_to > now()
        FROM offers AS o
        WHERE location_id = place AND offer_id NOT IN (SELECT offer_id FROM own_offers)
        UNION ALL
        SELECT 'location', location_id, to_jsonb(l), true
        FROM locations AS l WHERE location_id = place
        UNION ALL
        SELECT 'employee', employee_id,
            jsonb_set(to_jsonb(e), '{locations}', jsonb_build_array(place)), true
        FROM employees AS e WHERE active AND place = ANY (locations)
        UNION ALL
        SELECT 'rule_table', table_name || '/' || version,
            CASE WHEN locations = '{}' THEN to_jsonb(t)
                ELSE jsonb_set(to_jsonb(t), '{locations}', jsonb_build_array(place)) END,
            valid_from > now() - interval '8 days'
        FROM rule_tables AS t WHERE locations = '{}' OR place = ANY (locations)
        UNION ALL
        SELECT 'customer', customer_id, to_jsonb(c), false FROM customers AS c
    )
    SELECT kind, id,
        -- Without nulls: a column that one side has and does not fill is no difference.
        encode(sha256(convert_to(jsonb_strip_nulls(content)::text, 'UTF8')), 'hex'), is_due
    FROM found
$$;
REVOKE EXECUTE ON FUNCTION
    rfc3339, movement_told, offer_told, say_movements, say_own_offer, keep_own_offer,
    say_all_of_store
FROM PUBLIC;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
