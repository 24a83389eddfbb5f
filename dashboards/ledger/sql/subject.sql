-- What is known of a location and of a product there. One that was never registered is known
-- all the same once something has happened to it.
SELECT
    place.name AS location_name,
    place.time_zone,
    product.name AS product_name,
    product.unit,
    place.location_id IS NOT NULL
        OR EXISTS (SELECT FROM stock_ledger WHERE location_id = asked.location_id)
        OR EXISTS (SELECT FROM stock_levels WHERE location_id = asked.location_id)
        AS location_known,
    product.sku IS NOT NULL
        OR EXISTS (
            SELECT FROM stock_ledger WHERE location_id = asked.location_id AND sku = asked.sku
        )
        OR EXISTS (
            SELECT FROM stock_levels WHERE location_id = asked.location_id AND sku = asked.sku
        )
        AS product_known
FROM (SELECT %(location_id)s::text AS location_id, %(sku)s::text AS sku) AS asked
LEFT JOIN locations AS place USING (location_id)
LEFT JOIN products AS product USING (sku)
