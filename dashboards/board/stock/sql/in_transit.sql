-- What is on its way of a product, or from or to a location, the longest first.
SELECT
    way.reference, way.sku,
    least(greatest(way.quantity, -9007199254740991), 9007199254740991)::bigint AS quantity,
    way.from_location_id, way.to_location_id,
    -- A movement may say a year that nobody can read.
    least(greatest(way.since, '1970-01-01 00:00Z'), '9000-01-01 00:00Z') AS since,
    product.name, coalesce(product.unit, 'each') AS unit
FROM stock_in_transit AS way
LEFT JOIN products AS product USING (sku)
WHERE (%(sku)s::text IS NULL OR way.sku = %(sku)s)
    AND (
        %(location_id)s::text IS NULL
        OR way.from_location_id = %(location_id)s
        OR way.to_location_id = %(location_id)s
    )
ORDER BY way.since, way.reference, way.sku
LIMIT %(most)s
