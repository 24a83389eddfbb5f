-- Documents of locations with a store of their own are booked once that store has told all of them:
-- of each wanted product as much as was wanted, or of a count anything under its id.
UPDATE documents AS held
SET state = 'booked', version = held.version + 1
WHERE held.state = 'open'
    AND NOT books_here(held.location_id)
    AND EXISTS (
        SELECT FROM stock_ledger AS effect
        WHERE effect.reference = held.document_id
            AND effect.location_id = held.location_id
            AND effect.movement_id IS NOT NULL
    )
    AND (
        held.kind = 'count'
        OR NOT EXISTS (
            SELECT FROM jsonb_to_recordset(held.lines) AS line (sku text, quantity bigint)
            WHERE abs(line.quantity) > abs(coalesce((
                SELECT sum(effect.quantity) FROM stock_ledger AS effect
                WHERE effect.reference = held.document_id
                    AND effect.location_id = held.location_id
                    AND effect.sku = line.sku
                    AND effect.movement_id IS NOT NULL
            ), 0))
        )
    )
