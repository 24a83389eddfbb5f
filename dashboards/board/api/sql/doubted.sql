-- A level, and what of its product is on its way from there.
SELECT
    level.location_id, level.sku, level.on_hand, level.version,
    level.as_of AT TIME ZONE 'UTC' AS as_of,
    coalesce((
        SELECT least(sum(quantity), 9007199254740991)::bigint
        FROM stock_in_transit AS way
        WHERE way.from_location_id = level.location_id
            AND way.sku = level.sku
            AND way.quantity > 0
    ), 0) AS in_transit
FROM stock_levels AS level
WHERE level.location_id = %(location_id)s AND level.sku = %(sku)s
