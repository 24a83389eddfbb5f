-- Alerts of one location as they stand, from behind one SKU.
SELECT location_id, sku, state, reason, on_hand, reorder_point, suggested_quantity,
    raised_at AT TIME ZONE 'UTC' AS raised_at, cleared_at AT TIME ZONE 'UTC' AS cleared_at, version
FROM restock_alerts
WHERE location_id = %(location_id)s
    AND sku > %(after_sku)s
    AND (%(sku)s::text IS NULL OR sku = %(sku)s)
    AND (%(state)s::text IS NULL OR state = %(state)s)
ORDER BY sku
LIMIT %(rows)s
