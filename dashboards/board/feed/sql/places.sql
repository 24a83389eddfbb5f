-- Every location that is registered or holds stock, with the currency of its sales. The stock's
-- locations are found by stepping from one to the next in the key's index, not by reading all.
WITH RECURSIVE stocked (location_id) AS (
    SELECT min(location_id) FROM stock_levels
    UNION ALL
    SELECT (SELECT min(level.location_id) FROM stock_levels AS level
            WHERE level.location_id > stocked.location_id)
    FROM stocked
    WHERE stocked.location_id IS NOT NULL
),
usual AS (
    SELECT currency FROM products GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1
)
SELECT
    location_id,
    place.name,
    place.kind,
    place.time_zone,
    COALESCE(
        (SELECT sale.currency FROM sales AS sale
         WHERE sale.location_id = everywhere.location_id AND sale.currency IS NOT NULL LIMIT 1),
        (SELECT currency FROM usual)
    ) AS currency
FROM (
    SELECT location_id FROM locations
    UNION
    SELECT location_id FROM stocked WHERE location_id IS NOT NULL
) AS everywhere
LEFT JOIN locations AS place USING (location_id)
