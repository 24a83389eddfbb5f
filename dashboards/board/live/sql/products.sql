-- Names and units of the products on a page.
SELECT sku, name, unit FROM products WHERE sku = ANY(%(skus)s::text[])
