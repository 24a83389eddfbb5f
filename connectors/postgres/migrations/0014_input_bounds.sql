-- migrate:up

-- What workers refuse should not be booked in the first place: every number of a message lies
-- within 10^12 either way. NOT VALID: rows of before stay, and must be set right when they change.
ALTER TABLE stock_movements
    ADD CONSTRAINT stock_movements_quantity_within_contract
        CHECK (quantity BETWEEN -1000000000000 AND 1000000000000) NOT VALID;
ALTER TABLE assortment
    ADD CONSTRAINT assortment_numbers_within_contract CHECK (
        reorder_point <= 1000000000000
        AND order_up_to <= 1000000000000
        AND hysteresis <= 1000000000000
    ) NOT VALID;
ALTER TABLE products
    ADD CONSTRAINT products_price_within_contract
        CHECK (price_minor <= 1000000000000) NOT VALID;

-- Kafka takes topics for one that differ by '.' and '_' alone, so each location's own would clash.
-- Where some differ by no more already, the first of each such group is in the index and the others
-- stay outside it, named in the predicate: nothing is refused that is there, and no more can come.
-- To see which: SELECT pg_get_indexdef('locations_told_apart_by_kafka'::regclass).
DO $$
DECLARE
    clashing text[];
BEGIN
    SELECT coalesce(array_agg(location_id ORDER BY location_id), '{}') INTO clashing
    FROM (
        SELECT location_id,
            row_number() OVER (PARTITION BY translate(location_id, '.', '_') ORDER BY location_id)
                AS place
        FROM locations
    ) AS named
    WHERE place > 1;
    EXECUTE 'CREATE UNIQUE INDEX locations_told_apart_by_kafka '
        'ON locations (translate(location_id, ''.'', ''_''))'
        || CASE WHEN clashing = '{}' THEN ''
            ELSE format(' WHERE location_id <> ALL (%L::text[])', clashing) END;
    IF clashing <> '{}' THEN
        RAISE WARNING 'locations % differ from others by . and _ alone', clashing;
    END IF;
END $$;

-- An id of dots alone is no name of a topic either.
ALTER TABLE locations
    ADD CONSTRAINT locations_id_is_more_than_dots CHECK (location_id !~ '^[.]+$') NOT VALID;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
