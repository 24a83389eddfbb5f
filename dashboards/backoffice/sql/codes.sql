-- Products by what is scanned or typed.
SELECT asked.code, product.sku, true AS by_sku
FROM unnest(%(codes)s::text[]) AS asked (code)
INNER JOIN products AS product ON product.sku = asked.code
UNION ALL
SELECT asked.code, product.sku, false
FROM unnest(%(codes)s::text[]) AS asked (code)
INNER JOIN products AS product
    ON product.gtin IS NOT NULL AND ltrim(product.gtin, '0') = ltrim(asked.code, '0')
WHERE asked.code ~ '^[0-9]{6,14}$'
