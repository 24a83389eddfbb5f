-- Levels of one SKU, from behind one location: one look into the key's index for each location,
-- and one to find the next. An index by SKU would cost the sink more than this does.
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
JOIN stock_levels AS level ON level.location_id = place.location_id AND level.sku = %(sku)s
ORDER BY level.location_id
LIMIT %(rows)s
