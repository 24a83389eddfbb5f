-- Levels of one location, from behind one SKU; of one SKU where one is named.
SELECT location_id, sku, on_hand, in_carts, available, version, as_of AT TIME ZONE 'UTC' AS as_of
FROM stock_levels
WHERE location_id = %(location_id)s
    AND sku > %(after_sku)s
    AND (%(sku)s::text IS NULL OR sku = %(sku)s)
ORDER BY sku
LIMIT %(rows)s
