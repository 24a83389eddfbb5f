-- Which location sells what, and when to reorder it. What a person has changed since stays.
INSERT INTO assortment (location_id, sku, listed, reorder_point, order_up_to)
SELECT location_id, sku, listed, reorder_point, order_up_to
FROM jsonb_to_recordset(%(rows)s::jsonb) AS given (
    location_id text, sku text, listed boolean, reorder_point bigint, order_up_to bigint
)
ON CONFLICT DO NOTHING;
