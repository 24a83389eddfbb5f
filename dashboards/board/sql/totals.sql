-- Each location's own totals of its newest business date.
SELECT DISTINCT ON (location_id)
    location_id, till_id, business_date, receipts, returns, units, gross_minor, discount_minor,
    tax_minor, net_sales_minor, open_carts, discrepancies, version, as_of
FROM checkout_totals
WHERE till_id IS NULL
ORDER BY location_id, business_date DESC
