-- The alerts that are raised now.
SELECT
    location_id, sku, state, reason, on_hand, reorder_point, suggested_quantity, raised_at,
    version, cleared_at
FROM restock_alerts
WHERE state = 'raised'
