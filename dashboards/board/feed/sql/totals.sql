-- Each location's own totals of its newest business date, unless that is still to come there: see
-- `feed.dates`. Kiritimati is where a day begins first.
SELECT DISTINCT ON (total.location_id)
    total.location_id, total.till_id, total.business_date, total.receipts, total.returns,
    total.units, total.weight_grams, total.returned_units, total.returned_weight_grams,
    total.gross_minor, total.discount_minor, total.tax_minor, total.refund_minor,
    total.net_sales_minor, total.tenders, total.open_carts, total.discrepancies, total.version, total.as_of
FROM checkout_totals AS total
LEFT JOIN locations AS place USING (location_id)
WHERE total.till_id IS NULL
    AND total.business_date <= CASE COALESCE(place.time_zone, 'UTC')
        WHEN 'UTC' THEN (now() AT TIME ZONE 'Pacific/Kiritimati')::date
        ELSE ((now() + interval '4 hours') AT TIME ZONE place.time_zone)::date
    END
ORDER BY total.location_id, total.business_date DESC
