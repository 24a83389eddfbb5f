-- migrate:up

-- The level at any past moment is a sum up to it, and the last sale of a SKU the newest of its
-- sales: both are read from this index alone, as the sum of a SKU was from the one that goes.
-- In one transaction, so that it either is or is not; the sink waits for it, some seconds for
-- a million rows.
CREATE INDEX stock_ledger_by_time
    ON stock_ledger (location_id, sku, occurred_at) INCLUDE (quantity, reason);
DROP INDEX stock_ledger_by_sku;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
