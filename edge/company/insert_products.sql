-- The catalog. What a person has changed since stays as it is.
INSERT INTO products (
    sku, gtin, name, category, unit, price_minor, currency, tax_basis_points, style, colour, size
)
SELECT
    sku, gtin, name, category, unit, price_minor, currency, tax_basis_points, style, colour, size
FROM jsonb_to_recordset(%(rows)s::jsonb) AS given (
    sku text, gtin text, name text, category text, unit text, price_minor bigint, currency text,
    tax_basis_points integer, style text, colour text, size text
)
ON CONFLICT DO NOTHING;
