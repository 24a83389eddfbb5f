-- A month of totals for each shop and its till, and every hundredth level short of its policy.
WITH days AS (
    SELECT current_date - n AS business_date FROM generate_series(1, 28) AS n
), totals AS (
    INSERT INTO checkout_totals (
        location_id, till_id, business_date, receipts, returns, units, weight_grams,
        returned_units, returned_weight_grams, gross_minor, discount_minor, tax_minor,
        refund_minor, net_sales_minor, tenders, open_carts, discrepancies, version, as_of
    )
    SELECT place.location_id, till.till_id, days.business_date, 900, 10, 4000, 700000, 20, 3000,
        2500000, -50000, 400000, 30000, 2420000, '{"card": 1500000, "cash": 950000}', 0, 0, 1, now()
    FROM locations AS place
    CROSS JOIN days
    CROSS JOIN LATERAL (VALUES (NULL), (place.location_id || '-till')) AS till (till_id)
), policies AS (
    INSERT INTO assortment (location_id, sku, reorder_point, order_up_to)
    SELECT location_id, sku, 5, 20 FROM stock_levels
)
INSERT INTO restock_alerts
SELECT location_id, sku, 'raised', 'out_of_stock', 0, 5, 20, now(), NULL, 1
FROM stock_levels
WHERE right(sku, 2) = '00'
