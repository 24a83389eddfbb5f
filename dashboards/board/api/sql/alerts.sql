-- Alerts of all locations as they stand, from behind one.
SELECT location_id, sku, state, reason, on_hand, reorder_point, suggested_quantity,
    raised_at AT TIME ZONE 'UTC' AS raised_at, cleared_at AT TIME ZONE 'UTC' AS cleared_at, version
FROM restock_alerts
WHERE (location_id, sku) > (%(after_location)s, %(after_sku)s)
    AND (%(state)s::text IS NULL OR state = %(state)s)
ORDER BY location_id, sku
LIMIT %(rows)s
