-- Levels of one SKU wherever it is, and when a till of each place was last heard: one look into the
-- key's index for each location, and one to find the next.
WITH RECURSIVE place AS (
    (SELECT location_id FROM stock_levels ORDER BY location_id LIMIT 1)
    UNION ALL
    SELECT (
        SELECT following.location_id FROM stock_levels AS following
        WHERE following.location_id > place.location_id
        ORDER BY following.location_id LIMIT 1
    )
    FROM place
    WHERE place.location_id IS NOT NULL
)
SELECT level.location_id, level.on_hand, level.in_carts, level.available,
    to_char(level.as_of AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS as_of,
    (
        SELECT to_char(max(last_seen) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
        FROM till_status
        WHERE till_status.location_id = level.location_id
    ) AS heard_at
FROM place
CROSS JOIN LATERAL (
    SELECT * FROM stock_levels AS found
    WHERE found.location_id = place.location_id AND found.sku = %(sku)s
    LIMIT 1
) AS level
ORDER BY level.location_id
LIMIT %(most)s
