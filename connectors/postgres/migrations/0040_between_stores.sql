-- migrate:up

-- Goods that a store is about to take back, kept for it by the centre's store API: whoever came
-- first has them until that time, or until the return itself has come. `location_id` is who asks,
-- the others say whose receipt it is; `asked` and `told` are JSON, for the same request again.
CREATE TABLE return_reservations (
    location_id text NOT NULL,
    return_id text NOT NULL,
    receipt_no text NOT NULL,
    receipt_location_id text NOT NULL,
    asked text NOT NULL,
    told text NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (location_id, return_id)
);
CREATE INDEX return_reservations_by_receipt ON return_reservations (receipt_no, receipt_location_id);
CREATE INDEX return_reservations_by_time ON return_reservations (until);

-- What a customer bought, in whichever stores, the newest first.
CREATE INDEX sales_by_customer ON sales (customer_id, occurred_at)
    WHERE kind = 'sale' AND customer_id IS NOT NULL;

-- What left one location for another and has not come in there, by the transfer's reference; below
-- zero where it came in before anybody was told that it left. A numeric, for no sum may stop the
-- sink. A transfer that is whole has no row.
CREATE TABLE stock_in_transit (
    reference text NOT NULL,
    sku text NOT NULL,
    quantity numeric NOT NULL,
    from_location_id text,
    to_location_id text,
    since timestamptz NOT NULL,
    PRIMARY KEY (reference, sku)
);
CREATE INDEX stock_in_transit_by_sku ON stock_in_transit (sku);
CREATE INDEX stock_in_transit_by_sender ON stock_in_transit (from_location_id);

CREATE FUNCTION note_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved stock_ledger;
BEGIN
    IF TG_OP = 'INSERT' THEN
        moved := NEW;
    ELSE
        moved := OLD;
        moved.quantity := -moved.quantity;
    END IF;
    INSERT INTO stock_in_transit AS held
        (reference, sku, quantity, from_location_id, to_location_id, since)
    VALUES (
        moved.reference,
        moved.sku,
        -moved.quantity::numeric,
        CASE WHEN moved.reason = 'transfer_out' THEN moved.location_id END,
        CASE WHEN moved.reason = 'transfer_in' THEN moved.location_id END,
        moved.occurred_at
    )
    ON CONFLICT (reference, sku) DO UPDATE SET
        quantity = held.quantity + excluded.quantity,
        from_location_id = coalesce(held.from_location_id, excluded.from_location_id),
        to_location_id = coalesce(held.to_location_id, excluded.to_location_id),
        since = least(held.since, excluded.since);
    DELETE FROM stock_in_transit
    WHERE reference = moved.reference AND sku = moved.sku AND quantity = 0;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION note_transfer FROM PUBLIC;

-- By row: of a batch of sales none is even looked at twice.
CREATE TRIGGER transfers_come AFTER INSERT ON stock_ledger FOR EACH ROW
    WHEN (NEW.reason IN ('transfer_out', 'transfer_in') AND NEW.reference IS NOT NULL)
    EXECUTE FUNCTION note_transfer();
CREATE TRIGGER transfers_go AFTER DELETE ON stock_ledger FOR EACH ROW
    WHEN (OLD.reason IN ('transfer_out', 'transfer_in') AND OLD.reference IS NOT NULL)
    EXECUTE FUNCTION note_transfer();

-- What was on its way before this migration.
INSERT INTO stock_in_transit
    (reference, sku, quantity, from_location_id, to_location_id, since)
SELECT
    reference,
    sku,
    -sum(quantity),
    max(location_id) FILTER (WHERE reason = 'transfer_out'),
    max(location_id) FILTER (WHERE reason = 'transfer_in'),
    min(occurred_at)
FROM stock_ledger
WHERE reason IN ('transfer_out', 'transfer_in') AND reference IS NOT NULL
GROUP BY reference, sku
HAVING sum(quantity) <> 0;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
