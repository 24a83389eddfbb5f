SELECT to_jsonb(p) AS row FROM products AS p WHERE sku = %(sku)s
