-- Levels of some SKUs at some locations.
SELECT
    level.location_id, level.sku, level.on_hand, level.in_carts, level.available, level.version,
    level.as_of
FROM unnest(%(locations)s::text[], %(skus)s::text[]) AS asked (location_id, sku)
INNER JOIN stock_levels AS level USING (location_id, sku)
