-- migrate:up

-- What a store with a database of its own has of its feed, row by row as it came: also rows of kinds
-- and with fields that a later release will know. The business tables are made of it. place ascends
-- with each record that was applied; refused says why a row is in no table, where it should be.
CREATE TABLE replicated_rows (
    kind text NOT NULL,
    id text NOT NULL,
    version bigint NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    place bigint NOT NULL,
    body text NOT NULL,
    refused text,
    PRIMARY KEY (kind, id)
);
CREATE INDEX replicated_rows_refused ON replicated_rows (kind) WHERE refused IS NOT NULL;

-- How far it is: moved in the transaction of the rows, from where the mover believes it to be.
-- filling_to is the offset up to which the feed is read once more, whatever its versions; columns
-- are those that the tables had when the rows were last put into all of them.
CREATE TABLE replication_state (
    location_id text PRIMARY KEY,
    topic_id text NOT NULL,
    next_offset bigint NOT NULL,
    applied_version bigint NOT NULL DEFAULT 0,
    place bigint NOT NULL DEFAULT 0,
    feed text,
    head_version bigint,
    head_offset bigint,
    is_whole boolean,
    may_sweep boolean NOT NULL DEFAULT false,
    filling_to bigint,
    columns jsonb NOT NULL DEFAULT '{}',
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- What the store's own workers have yet to be told: a row that changed, or went. It is marked in the
-- transaction of the row, and told as it stands when it is told.
CREATE TABLE replicated_onward (
    kind text NOT NULL,
    id text NOT NULL,
    place bigint NOT NULL,
    PRIMARY KEY (kind, id)
);

-- What is kept and in no table, without the rows themselves, which may be of people.
CREATE VIEW replicated_aside AS
    SELECT kind, id, version, refused FROM replicated_rows WHERE refused IS NOT NULL;

-- What the centre has decided is not judged again in a store, whose clock, limits and neighbouring
-- rows may be others by now: the guards ask everybody but who copies.
CREATE OR REPLACE TRIGGER offers_within_limit BEFORE INSERT OR UPDATE ON offers
    FOR EACH ROW WHEN (session_user <> 'tillstream_replication')
    EXECUTE FUNCTION keep_offer_within_limit();
ALTER TABLE offers ENABLE ALWAYS TRIGGER offers_within_limit;
CREATE OR REPLACE TRIGGER rule_tables_stay BEFORE UPDATE OR DELETE ON rule_tables
    FOR EACH ROW WHEN (session_user <> 'tillstream_replication')
    EXECUTE FUNCTION refuse_change_of_rule_table();
ALTER TABLE rule_tables ENABLE ALWAYS TRIGGER rule_tables_stay;
CREATE OR REPLACE TRIGGER prices_key_is_fixed BEFORE UPDATE ON prices
    FOR EACH ROW WHEN (session_user <> 'tillstream_replication')
    EXECUTE FUNCTION refuse_change_of_key('price_id', 'sku');
ALTER TABLE prices ENABLE ALWAYS TRIGGER prices_key_is_fixed;
CREATE OR REPLACE TRIGGER offers_key_is_fixed BEFORE UPDATE ON offers
    FOR EACH ROW WHEN (session_user <> 'tillstream_replication')
    EXECUTE FUNCTION refuse_change_of_key('offer_id', 'location_id');
ALTER TABLE offers ENABLE ALWAYS TRIGGER offers_key_is_fixed;
CREATE OR REPLACE TRIGGER recalls_key_is_fixed BEFORE UPDATE ON recalls
    FOR EACH ROW WHEN (session_user <> 'tillstream_replication')
    EXECUTE FUNCTION refuse_change_of_key('recall_id', 'sku');
ALTER TABLE recalls ENABLE ALWAYS TRIGGER recalls_key_is_fixed;

-- What a store may have of master data, each row by a digest of its content, for whoever compares
-- a store with the centre: also of people, of whom nobody else may see hashes. is_due says that the
-- store should have it now; of the others it may have what moved there, or what has just ended.
-- Of all the places that a row names a store is told its own alone.
CREATE FUNCTION replicated_digests(place text) RETURNS TABLE (
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
        FROM offers AS o WHERE location_id = place
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
REVOKE EXECUTE ON FUNCTION replicated_digests FROM PUBLIC;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
