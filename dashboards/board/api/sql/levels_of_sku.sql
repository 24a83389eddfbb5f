-- Levels of one SKU, from behind one location: one look into the key's index for each location,
-- and one to find the next. An index by SKU would cost the sink more than this does. The inner
-- limit keeps the planner from reading the whole table instead.
WITH RECURSIVE place AS (
    (
        SELECT location_id FROM stock_levels
        WHERE location_id > %(after_location)s
        ORDER BY location_id LIMIT 1
    )
    UNION ALL
    SELECT (
        SELECT following.location_id FROM stock_levels AS following
        WHERE following.location_id > place.location_id
        ORDER BY following.location_id LIMIT 1
    )
    FROM place
    WHERE place.location_id IS NOT NULL
)
SELECT level.location_id, level.sku, level.on_hand, level.in_carts, level.available,
    level.version, level.as_of AT TIME ZONE 'UTC' AS as_of
FROM place
CROSS JOIN LATERAL (
    SELECT * FROM stock_levels AS found
    WHERE found.location_id = place.location_id AND found.sku = %(sku)s
    LIMIT 1
) AS level
ORDER BY level.location_id
LIMIT %(rows)s
