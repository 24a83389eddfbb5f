-- migrate:up

-- What the business says. Debezium publishes these tables, so they hold the contract's columns
-- and nothing else. Rows may arrive in any order: no foreign keys. Integers stay within
-- 2^53 - 1, which every JSON reader keeps exact. Text is bounded: a row must fit a message.

CREATE TABLE products (
    sku text PRIMARY KEY CHECK (sku ~ '^[A-Za-z0-9._-]{1,64}$'),
    gtin text CHECK (char_length(gtin) <= 64),
    name text NOT NULL CHECK (name ~ '\S' AND char_length(name) <= 1024),
    category text NOT NULL CHECK (char_length(category) <= 1024),
    unit text NOT NULL DEFAULT 'each' CHECK (unit IN ('each', 'gram')),
    price_minor bigint NOT NULL CHECK (price_minor BETWEEN 0 AND 9007199254740991),
    currency text NOT NULL DEFAULT 'EUR' CHECK (currency ~ '^[A-Z]{3}$'),
    tax_basis_points integer NOT NULL DEFAULT 0 CHECK (tax_basis_points >= 0)
);

CREATE TABLE locations (
    location_id text PRIMARY KEY CHECK (location_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    name text NOT NULL CHECK (name ~ '\S' AND char_length(name) <= 1024),
    kind text NOT NULL CHECK (kind IN ('shop', 'warehouse', 'online')),
    time_zone text NOT NULL DEFAULT 'UTC',
    region text CHECK (char_length(region) <= 1024)
);

CREATE TABLE assortment (
    location_id text NOT NULL CHECK (location_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    sku text NOT NULL CHECK (sku ~ '^[A-Za-z0-9._-]{1,64}$'),
    listed boolean NOT NULL DEFAULT true,
    reorder_point bigint NOT NULL DEFAULT 0
        CHECK (reorder_point BETWEEN 0 AND 9007199254740991),
    order_up_to bigint NOT NULL DEFAULT 0
        CHECK (order_up_to BETWEEN 0 AND 9007199254740991),
    hysteresis bigint CHECK (hysteresis BETWEEN 0 AND 9007199254740991),
    PRIMARY KEY (location_id, sku)
);

-- One movement may touch several SKUs, and two locations where it is a transfer.
CREATE TABLE stock_movements (
    movement_id text NOT NULL DEFAULT gen_random_uuid()::text
        CHECK (movement_id <> '' AND char_length(movement_id) <= 128),
    location_id text NOT NULL CHECK (location_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    sku text NOT NULL CHECK (sku ~ '^[A-Za-z0-9._-]{1,64}$'),
    quantity bigint NOT NULL
        CHECK (quantity BETWEEN -9007199254740991 AND 9007199254740991),
    reason text NOT NULL CHECK (reason IN (
        'delivery', 'transfer_out', 'transfer_in', 'adjustment',
        'stocktake', 'shrinkage', 'vendor_return'
    )),
    reference text CHECK (char_length(reference) <= 1024),
    -- RFC 3339 has four digits for the year, and no word for infinity.
    occurred_at timestamptz NOT NULL DEFAULT now()
        CHECK (occurred_at >= '0001-01-02 00:00Z' AND occurred_at < '9999-12-31 00:00Z'),
    PRIMARY KEY (movement_id, location_id, sku)
);

-- A delete and an update carry the whole old row: a deleted policy still says what it was, and
-- a long text that an update left alone is not replaced by a placeholder.
ALTER TABLE products REPLICA IDENTITY FULL;
ALTER TABLE locations REPLICA IDENTITY FULL;
ALTER TABLE assortment REPLICA IDENTITY FULL;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
