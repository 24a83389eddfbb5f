-- migrate:up

-- How the connector is asked to send rows once more (`tillstream connectors reset`): it reads its own
-- table in the log, between the changes before and after. Debezium fixes the columns and their order.
CREATE TABLE cdc_signals (
    id text PRIMARY KEY,
    type text NOT NULL CHECK (char_length(type) <= 32),
    data text CHECK (char_length(data) <= 2048)
);
GRANT INSERT ON cdc_signals TO tillstream_cdc;
ALTER PUBLICATION tillstream ADD TABLE cdc_signals;

-- The movements of the last days are found without reading those of years: rows lie in the order in
-- which they were booked, so an index of a few kilobytes is enough.
CREATE INDEX stock_movements_by_time ON stock_movements USING brin (occurred_at);

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
