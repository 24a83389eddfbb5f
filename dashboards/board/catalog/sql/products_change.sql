UPDATE products AS p
SET (gtin, name, category, unit, price_minor, currency, tax_basis_points) = (
    SELECT n.gtin, n.name, n.category, n.unit, n.price_minor, n.currency, n.tax_basis_points
    FROM jsonb_populate_record(NULL::products, %(row)s::jsonb) AS n
)
WHERE p.sku = %(sku)s
