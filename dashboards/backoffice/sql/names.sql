-- Names of products.
SELECT sku, name FROM products WHERE sku = ANY(%(skus)s::text[])
