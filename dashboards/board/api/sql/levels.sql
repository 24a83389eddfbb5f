-- Levels of all locations, from behind one of them.
SELECT location_id, sku, on_hand, in_carts, available, version, as_of AT TIME ZONE 'UTC' AS as_of
FROM stock_levels
WHERE (location_id, sku) > (%(after_location)s, %(after_sku)s)
ORDER BY location_id, sku
LIMIT %(rows)s
