-- The ledger of one SKU at one location, before and after a moment, and its level now: one
-- statement, so that all of it is of the same instant. Effects at the same time are in the order
-- in which they were told.
WITH effect AS NOT MATERIALIZED (
    SELECT * FROM stock_ledger WHERE location_id = %(location_id)s AND sku = %(sku)s
),
total AS (
    SELECT
        COALESCE(sum(quantity) FILTER (WHERE occurred_at <= %(at)s), 0) AS on_hand,
        count(*) FILTER (WHERE occurred_at <= %(at)s) AS effects,
        COALESCE(sum(quantity) FILTER (WHERE occurred_at > %(at)s), 0) AS later_quantity,
        count(*) FILTER (WHERE occurred_at > %(at)s) AS later_effects
    FROM effect
),
before AS (
    SELECT * FROM effect WHERE occurred_at <= %(at)s
    ORDER BY occurred_at DESC, source_topic DESC, source_partition DESC, source_offset DESC,
        line_no DESC
    LIMIT %(last)s
),
following AS (
    SELECT source_topic, source_partition, source_offset
    FROM effect WHERE occurred_at > %(at)s ORDER BY occurred_at LIMIT %(last)s
)
SELECT json_build_object(
    'on_hand', total.on_hand,
    'effects', total.effects,
    'later_quantity', total.later_quantity,
    'later_effects', total.later_effects,
    'before', COALESCE((
        SELECT json_agg(before ORDER BY occurred_at, source_topic, source_partition,
            source_offset, line_no)
        FROM before
    ), '[]'),
    'following', COALESCE((SELECT json_agg(following) FROM following), '[]'),
    'level', (
        SELECT row_to_json(level) FROM stock_levels AS level
        WHERE location_id = %(location_id)s AND sku = %(sku)s
    )
) AS answer
FROM total
