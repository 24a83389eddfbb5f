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
    -- A till may say a year that nobody can read.
    to_char(
        least(greatest(level.as_of, '1970-01-01 00:00Z'), '9000-01-01 00:00Z')
        AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
    ) AS as_of,
    (
        SELECT to_char(
            least(greatest(max(last_seen), '1970-01-01 00:00Z'), '9000-01-01 00:00Z')
            AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
        )
        FROM till_status
        WHERE till_status.location_id = level.location_id
        HAVING count(*) > 0
    ) AS heard_at
FROM place
CROSS JOIN LATERAL (
    SELECT * FROM stock_levels AS found
    WHERE found.location_id = place.location_id AND found.sku = %(sku)s
    LIMIT 1
) AS level
ORDER BY level.location_id
LIMIT %(most)s
