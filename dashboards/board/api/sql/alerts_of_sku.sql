-- Alerts of one SKU as they stand, from behind one location; found as levels_of_sku finds levels.
WITH RECURSIVE place AS (
    (
        SELECT location_id FROM restock_alerts
        WHERE location_id > %(after_location)s
        ORDER BY location_id LIMIT 1
    )
    UNION ALL
    SELECT (
        SELECT following.location_id FROM restock_alerts AS following
        WHERE following.location_id > place.location_id
        ORDER BY following.location_id LIMIT 1
    )
    FROM place
    WHERE place.location_id IS NOT NULL
)
SELECT alert.location_id, alert.sku, alert.state, alert.reason, alert.on_hand,
    alert.reorder_point, alert.suggested_quantity, alert.raised_at AT TIME ZONE 'UTC' AS raised_at,
    alert.cleared_at AT TIME ZONE 'UTC' AS cleared_at, alert.version
FROM place
CROSS JOIN LATERAL (
    SELECT * FROM restock_alerts AS found
    WHERE found.location_id = place.location_id AND found.sku = %(sku)s
    LIMIT 1
) AS alert
WHERE %(state)s::text IS NULL OR alert.state = %(state)s
ORDER BY alert.location_id
LIMIT %(rows)s
