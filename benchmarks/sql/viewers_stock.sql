-- A chain of shops that all have every product, each with one till that has sold nothing yet.
WITH places AS (
    INSERT INTO locations (location_id, name, kind, time_zone)
    SELECT 'shop-' || to_char(n, 'FM0000'), 'Shop ' || n, 'shop', 'Europe/Berlin'
    FROM generate_series(0, %(locations)s - 1) AS n
    RETURNING location_id
), goods AS (
    INSERT INTO products (sku, name, category, price_minor)
    SELECT 'sku-' || to_char(n, 'FM000000'), 'Product ' || to_char(n, 'FM000000'), 'all', 100
    FROM generate_series(0, %(skus)s - 1) AS n
    RETURNING sku
), totals AS (
    INSERT INTO checkout_totals (
        location_id, till_id, business_date, receipts, returns, units, returned_units, gross_minor,
        discount_minor, tax_minor, refund_minor, net_sales_minor, tenders, open_carts,
        discrepancies, version, as_of
    )
    SELECT location_id, NULL, current_date, 0, 0, 0, 0, 0, 0, 0, 0, 0, '{}', 0, 0, 1, now()
    FROM places
), tills AS (
    INSERT INTO till_status (
        location_id, till_id, epoch, last_sequence, missing, duplicates, last_seen, version
    )
    SELECT location_id, location_id || '-till', 1, 0, '[]', 0, now(), 1
    FROM places
)
INSERT INTO stock_levels
SELECT location_id, sku, 0, 0, 0, 1, now()
FROM places, goods
