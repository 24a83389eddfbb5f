-- Stock that came, went or was counted. A movement that was booked before is not booked again.
INSERT INTO stock_movements (movement_id, location_id, sku, quantity, reason, reference, occurred_at)
SELECT movement_id, location_id, sku, quantity, reason, reference, occurred_at
FROM jsonb_to_recordset(%(rows)s::jsonb) AS given (
    movement_id text, location_id text, sku text, quantity bigint, reason text, reference text,
    occurred_at timestamptz
)
ON CONFLICT DO NOTHING;
