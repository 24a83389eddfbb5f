-- What there is of each product.
SELECT sku, on_hand, in_carts FROM stock_levels
WHERE location_id = %(location)s
ORDER BY sku COLLATE "C"
