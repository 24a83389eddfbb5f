-- Totals of all locations by date, from behind one row.
SELECT location_id, till_id, business_date, receipts, returns, units, weight_grams, returned_units,
    returned_weight_grams, gross_minor, discount_minor, tax_minor, refund_minor, net_sales_minor,
    tenders, open_carts, discrepancies, version, as_of AT TIME ZONE 'UTC' AS as_of
FROM checkout_totals
WHERE business_date BETWEEN greatest(%(first_date)s::date, %(after_date)s) AND %(last_date)s::date
    AND (till_id IS NULL AND %(locations)s OR till_id IS NOT NULL AND %(tills)s)
    AND (%(till_id)s::text IS NULL OR till_id = %(till_id)s)
    AND (
        %(begins)s
        OR (business_date, location_id, coalesce(till_id, ''))
            > (%(after_date)s::date, %(after_location)s, %(after_till)s)
    )
ORDER BY business_date, location_id, coalesce(till_id, '')
LIMIT %(rows)s
