-- What stands on labels: the price is the one that holds at a moment, of the place before that of
-- everywhere, and of those the one that began last.
SELECT
    product.sku, product.name, product.gtin, product.unit,
    coalesce(held.price_minor, product.price_minor) AS price_minor,
    coalesce(held.currency, product.currency) AS currency
FROM products AS product
LEFT JOIN LATERAL (
    SELECT price.price_minor, price.currency
    FROM prices AS price
    WHERE price.sku = product.sku
        AND (price.location_id IS NULL OR price.location_id = %(location_id)s)
        AND price.valid_from <= %(moment)s
        AND (price.valid_to IS NULL OR price.valid_to > %(moment)s)
    ORDER BY price.location_id IS NULL, price.valid_from DESC
    LIMIT 1
) AS held ON true
WHERE product.sku = ANY(%(skus)s::text[])
