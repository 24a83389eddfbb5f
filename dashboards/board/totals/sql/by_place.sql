-- Totals by any of day, location and till: the sums of all groups, one row a currency, and then
-- the groups themselves in the order that was asked for.
-- Follows `places.sql`.
, grouped AS (
    SELECT
        CASE WHEN %(by_day)s THEN total.business_date END AS business_date,
        CASE WHEN %(by_location)s THEN place.location_id END AS location_id,
        CASE WHEN %(by_location)s THEN place.location END AS location,
        total.till_id,
        place.currency,
        sum(total.receipts)::bigint AS receipts,
        sum(total.returns)::bigint AS returns,
        sum(total.units)::bigint AS units,
        sum(total.weight_grams)::bigint AS weight_grams,
        sum(total.returned_units)::bigint AS returned_units,
        sum(total.returned_weight_grams)::bigint AS returned_weight_grams,
        sum(total.gross_minor)::bigint AS gross_minor,
        sum(total.discount_minor)::bigint AS discount_minor,
        sum(total.refund_minor)::bigint AS refund_minor,
        sum(total.net_sales_minor)::bigint AS net_sales_minor,
        sum(total.tax_minor)::bigint AS tax_minor,
        sum(total.discrepancies)::bigint AS discrepancies
    FROM checkout_totals AS total
    INNER JOIN place USING (location_id)
    -- A location's own row is the sum of those of its tills.
    WHERE total.business_date BETWEEN %(first)s AND %(last)s
        AND (total.till_id IS NOT NULL) = %(by_till)s
    GROUP BY 1, 2, 3, 4, 5
)
SELECT
    true AS is_sum, count(*) AS groups,
    NULL::date AS business_date, NULL AS location_id, NULL AS location, NULL AS till_id, currency,
    sum(receipts)::bigint AS receipts, sum(returns)::bigint AS returns,
    sum(units)::bigint AS units, sum(weight_grams)::bigint AS weight_grams,
    sum(returned_units)::bigint AS returned_units,
    sum(returned_weight_grams)::bigint AS returned_weight_grams,
    sum(gross_minor)::bigint AS gross_minor, sum(discount_minor)::bigint AS discount_minor,
    sum(refund_minor)::bigint AS refund_minor, sum(net_sales_minor)::bigint AS net_sales_minor,
    sum(tax_minor)::bigint AS tax_minor, sum(discrepancies)::bigint AS discrepancies
FROM grouped
GROUP BY currency
UNION ALL
(
    SELECT
        false, 1, business_date, location_id, location, till_id, currency, receipts, returns,
        units, weight_grams, returned_units, returned_weight_grams, gross_minor, discount_minor,
        refund_minor, net_sales_minor, tax_minor, discrepancies
    FROM grouped
    ORDER BY
        CASE WHEN %(sorts_money)s THEN currency END,
        %(sign)s * CASE %(sort)s::text
            WHEN 'business_date' THEN (business_date - DATE '2000-01-01')::bigint
            WHEN 'receipts' THEN receipts
            WHEN 'returns' THEN returns
            WHEN 'units' THEN units
            WHEN 'weight_grams' THEN weight_grams
            WHEN 'returned_units' THEN returned_units
            WHEN 'returned_weight_grams' THEN returned_weight_grams
            WHEN 'gross_minor' THEN gross_minor
            WHEN 'discount_minor' THEN discount_minor
            WHEN 'refund_minor' THEN refund_minor
            WHEN 'net_sales_minor' THEN net_sales_minor
            WHEN 'tax_minor' THEN tax_minor
            WHEN 'discrepancies' THEN discrepancies
        END,
        business_date,
        lower(location) COLLATE "C",
        location_id COLLATE "C",
        till_id COLLATE "C",
        currency
    LIMIT %(limit)s OFFSET %(offset)s
)
