-- What earlier runs have left on the shelves of these locations.
SELECT location_id, sku, on_hand
FROM stock_levels
WHERE location_id = ANY(%(location_ids)s);
