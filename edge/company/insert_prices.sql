-- List prices of a few products, the very ones that the simulated tills charge: so catalogs have
-- some. What a person has changed since stays as it is.
INSERT INTO prices (sku, price_minor, currency, valid_from, price_id)
SELECT sku, price_minor, currency, '2026-01-01 00:00Z', 'list-' || sku
FROM jsonb_to_recordset(%(rows)s::jsonb) AS given (sku text, price_minor bigint, currency text)
ORDER BY sku
LIMIT 25
ON CONFLICT DO NOTHING;
