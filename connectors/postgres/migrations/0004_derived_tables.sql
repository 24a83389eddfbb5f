-- migrate:up

-- What Tillstream says: written by the sink alone. The columns of the first four are those of
-- the topics, one row a key. They are updated in place all day: the free space in each page
-- keeps an update on its page, without new index entries, as no changing column is indexed.

CREATE TABLE stock_levels (
    location_id text NOT NULL,
    sku text NOT NULL,
    on_hand bigint NOT NULL,
    in_carts bigint NOT NULL,
    available bigint NOT NULL,
    version bigint NOT NULL,
    as_of timestamptz NOT NULL,
    PRIMARY KEY (location_id, sku)
) WITH (fillfactor = 70);

-- till_id is null in the location's own row.
CREATE TABLE checkout_totals (
    location_id text NOT NULL,
    till_id text,
    business_date date NOT NULL,
    receipts bigint NOT NULL,
    returns bigint NOT NULL,
    units bigint NOT NULL,
    returned_units bigint NOT NULL,
    gross_minor bigint NOT NULL,
    discount_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    refund_minor bigint NOT NULL,
    net_sales_minor bigint NOT NULL,
    tenders jsonb NOT NULL,
    open_carts bigint NOT NULL,
    discrepancies bigint NOT NULL,
    version bigint NOT NULL,
    as_of timestamptz NOT NULL,
    CONSTRAINT checkout_totals_key
        UNIQUE NULLS NOT DISTINCT (location_id, till_id, business_date)
) WITH (fillfactor = 70);

CREATE INDEX checkout_totals_by_date ON checkout_totals (business_date, location_id);

CREATE TABLE restock_alerts (
    location_id text NOT NULL,
    sku text NOT NULL,
    state text NOT NULL CHECK (state IN ('raised', 'cleared')),
    reason text NOT NULL
        CHECK (reason IN ('below_reorder_point', 'out_of_stock', 'negative_stock')),
    on_hand bigint NOT NULL,
    reorder_point bigint,
    suggested_quantity bigint NOT NULL,
    raised_at timestamptz NOT NULL,
    cleared_at timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (location_id, sku)
) WITH (fillfactor = 70);

CREATE INDEX restock_alerts_raised ON restock_alerts (location_id, raised_at)
    WHERE state = 'raised';

CREATE TABLE till_status (
    till_id text PRIMARY KEY,
    location_id text NOT NULL,
    epoch bigint NOT NULL,
    last_sequence bigint NOT NULL,
    missing jsonb NOT NULL,
    duplicates bigint NOT NULL,
    last_seen timestamptz NOT NULL,
    version bigint NOT NULL
) WITH (fillfactor = 50);

CREATE INDEX till_status_by_location ON till_status (location_id);

-- One row per stock effect, straight from the inputs and never from the levels: its sum is a
-- second, independent way to the same on_hand. A cause is either a till's line or a movement,
-- and counts once: the unique indexes are the key, so there is no other.
CREATE TABLE stock_ledger (
    location_id text NOT NULL,
    sku text NOT NULL,
    quantity bigint NOT NULL,
    reason text NOT NULL,
    reference text,
    occurred_at timestamptz NOT NULL,
    till_id text,
    epoch bigint,
    sequence bigint,
    line_no bigint,
    movement_id text,
    source_topic text NOT NULL,
    source_partition integer NOT NULL,
    source_offset bigint NOT NULL,
    CONSTRAINT stock_ledger_has_one_cause CHECK (
        num_nulls(till_id, epoch, sequence, line_no) = 0 AND movement_id IS NULL
        OR num_nonnulls(till_id, epoch, sequence, line_no) = 0 AND movement_id IS NOT NULL
    )
);

CREATE UNIQUE INDEX stock_ledger_till_cause
    ON stock_ledger (location_id, till_id, epoch, sequence, line_no)
    WHERE till_id IS NOT NULL;
CREATE UNIQUE INDEX stock_ledger_movement_cause
    ON stock_ledger (movement_id, location_id, sku)
    WHERE movement_id IS NOT NULL;
CREATE INDEX stock_ledger_by_sku ON stock_ledger (location_id, sku) INCLUDE (quantity);

-- Receipts and returns. Amounts that a return does not have are 0; return_id and restock are
-- null in a receipt, cart_id and currency in a return.
CREATE TABLE sales (
    location_id text NOT NULL,
    till_id text NOT NULL,
    epoch bigint NOT NULL,
    sequence bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('sale', 'return')),
    receipt_no text NOT NULL,
    cart_id text,
    return_id text,
    restock boolean,
    business_date date NOT NULL,
    occurred_at timestamptz NOT NULL,
    currency text,
    total_minor bigint NOT NULL DEFAULT 0,
    gross_minor bigint NOT NULL DEFAULT 0,
    discount_minor bigint NOT NULL DEFAULT 0,
    tax_minor bigint NOT NULL DEFAULT 0,
    refund_minor bigint NOT NULL DEFAULT 0,
    tenders jsonb NOT NULL DEFAULT '[]',
    discounts jsonb NOT NULL DEFAULT '[]',
    taxes jsonb NOT NULL DEFAULT '[]',
    customer_id text,
    cashier_id text,
    catalog_version text,
    source_topic text NOT NULL,
    source_partition integer NOT NULL,
    source_offset bigint NOT NULL,
    PRIMARY KEY (location_id, till_id, epoch, sequence)
);

CREATE INDEX sales_by_date ON sales (business_date, location_id);

CREATE TABLE sale_lines (
    location_id text NOT NULL,
    till_id text NOT NULL,
    epoch bigint NOT NULL,
    sequence bigint NOT NULL,
    line_no bigint NOT NULL,
    sku text NOT NULL,
    quantity bigint NOT NULL,
    unit text NOT NULL,
    unit_price_minor bigint NOT NULL,
    amount_minor bigint NOT NULL,
    PRIMARY KEY (location_id, till_id, epoch, sequence, line_no)
);

-- Where the sink stands, written in the transaction of the rows themselves.
CREATE TABLE sink_offsets (
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (consumer, topic, partition)
) WITH (fillfactor = 50);

-- Which events of a till's epoch the sink has booked: a duplicate is one that is neither above
-- last_sequence nor in missing (a list of [first, last]).
CREATE TABLE sink_tills (
    location_id text NOT NULL,
    till_id text NOT NULL,
    epoch bigint NOT NULL,
    last_sequence bigint NOT NULL,
    missing jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (location_id, till_id, epoch)
) WITH (fillfactor = 50);

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
