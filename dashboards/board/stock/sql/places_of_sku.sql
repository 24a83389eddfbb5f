-- Which of some locations have a product: one look into the key's index for each.
SELECT asked.location_id
FROM unnest(%(locations)s::text[]) AS asked (location_id)
WHERE EXISTS (
    SELECT FROM stock_levels AS level
    WHERE level.location_id = asked.location_id AND level.sku = %(sku)s
)
