-- The movements of a booking. A count's are as of its moment.
INSERT INTO stock_movements (
    movement_id, location_id, sku, quantity, reason, reference, occurred_at
)
SELECT
    moved.movement_id, %(location_id)s, moved.sku, moved.quantity, moved.reason, %(reference)s,
    coalesce(%(occurred_at)s, now())
FROM unnest(
    %(movement_ids)s::text[], %(skus)s::text[], %(quantities)s::bigint[], %(reasons)s::text[]
) AS moved (movement_id, sku, quantity, reason)
