-- Products with a text in their name, whatever its case.
SELECT sku FROM products WHERE position(lower(%(search)s) IN lower(name)) > 0
