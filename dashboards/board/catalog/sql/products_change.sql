UPDATE products AS p
SET (
    gtin, name, category, unit, price_minor, currency, tax_basis_points,
    style, colour, size, image, replaces_sku, supplier, pack_size, cost_minor
) = (
    SELECT
        n.gtin, n.name, n.category, n.unit, n.price_minor, n.currency, n.tax_basis_points,
        n.style, n.colour, n.size, n.image, n.replaces_sku, n.supplier, n.pack_size, n.cost_minor
    FROM jsonb_populate_record(NULL::products, %(row)s::jsonb) AS n
)
WHERE p.sku = %(sku)s
