-- What was paid by each kind of tender, by any of day, location and till: the sums of all groups,
-- one row a currency, and then the groups themselves in the order that was asked for.
-- Follows `places.sql`.
, grouped AS (
    SELECT
        CASE WHEN %(by_day)s THEN total.business_date END AS business_date,
        CASE WHEN %(by_location)s THEN place.location_id END AS location_id,
        CASE WHEN %(by_location)s THEN place.location END AS location,
        total.till_id,
        paid.tender,
        place.currency,
        sum(paid.amount_minor::bigint)::bigint AS amount_minor
    FROM checkout_totals AS total
    INNER JOIN place USING (location_id)
    CROSS JOIN LATERAL jsonb_each_text(total.tenders) AS paid (tender, amount_minor)
    -- A location's own row is the sum of those of its tills.
    WHERE total.business_date BETWEEN %(first)s AND %(last)s
        AND (total.till_id IS NOT NULL) = %(by_till)s
    GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT
    true AS is_sum, count(*) AS groups,
    NULL::date AS business_date, NULL AS location_id, NULL AS location, NULL AS till_id,
    NULL AS tender, currency, sum(amount_minor)::bigint AS amount_minor
FROM grouped
GROUP BY currency
UNION ALL
(
    SELECT false, 1, business_date, location_id, location, till_id, tender, currency, amount_minor
    FROM grouped
    ORDER BY
        CASE WHEN %(sorts_money)s THEN currency END,
        %(sign)s * CASE %(sort)s::text
            WHEN 'business_date' THEN (business_date - DATE '2000-01-01')::bigint
            WHEN 'amount_minor' THEN amount_minor
        END,
        business_date,
        lower(location) COLLATE "C",
        location_id COLLATE "C",
        till_id COLLATE "C",
        tender COLLATE "C",
        currency
    LIMIT %(limit)s OFFSET %(offset)s
)
