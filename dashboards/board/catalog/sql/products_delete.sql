DELETE FROM products WHERE sku = %(sku)s
