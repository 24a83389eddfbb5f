-- migrate:up

-- A till is (location_id, till_id): two shops may both have a till "1". Rows of before keep what
-- they say until the workers say more: their till is that of the shop that spoke last.
ALTER TABLE till_status
    DROP CONSTRAINT till_status_pkey,
    ADD PRIMARY KEY (location_id, till_id),
    ADD COLUMN last_hash text,
    ADD COLUMN missing_count bigint NOT NULL DEFAULT 0,
    ADD COLUMN older jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN quarantined bigint NOT NULL DEFAULT 0,
    ADD COLUMN forks bigint NOT NULL DEFAULT 0,
    ADD COLUMN unlisted bigint NOT NULL DEFAULT 0;
DROP INDEX till_status_by_location;

UPDATE till_status
SET missing_count = (
    SELECT coalesce(sum((span ->> 1)::numeric - (span ->> 0)::numeric + 1), 0)::bigint
    FROM jsonb_array_elements(missing) AS missed (span)
)
WHERE missing <> '[]';

-- units are pieces, and one for each weighed line; what those weigh stands beside them.
ALTER TABLE checkout_totals
    ADD COLUMN weight_grams bigint NOT NULL DEFAULT 0,
    ADD COLUMN returned_weight_grams bigint NOT NULL DEFAULT 0;

-- Null in rows from before it was kept.
ALTER TABLE sales ADD COLUMN event_id text;

-- Numbers that came and could not be read: not missing, and free for an event that can be.
ALTER TABLE sink_tills ADD COLUMN quarantined jsonb NOT NULL DEFAULT '[]';

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
