-- One product as it is registered now.
SELECT sku, name, category, unit, price_minor, currency, gtin FROM products WHERE sku = %(sku)s
