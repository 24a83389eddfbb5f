SELECT
    EXISTS (SELECT FROM locations WHERE location_id = %(location_id)s) AS location,
    EXISTS (SELECT FROM products WHERE sku = %(sku)s) AS product
