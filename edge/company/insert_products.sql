-- The catalog. What a person has changed since stays as it is.
INSERT INTO products (sku, gtin, name, category, unit, price_minor, currency, tax_basis_points)
SELECT sku, gtin, name, category, unit, price_minor, currency, tax_basis_points
FROM jsonb_to_recordset(%(rows)s::jsonb) AS given (
    sku text, gtin text, name text, category text, unit text, price_minor bigint, currency text,
    tax_basis_points integer
)
ON CONFLICT DO NOTHING;
