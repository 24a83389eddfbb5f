-- What was sold and came back of each category, by any of day, location and till: from the lines
-- of receipts and returns, for a discount or a tax belongs to a receipt as a whole. The sums of
-- all groups, one row a currency, and then the groups in the order that was asked for. A return
-- names no currency: it is that of the location.
-- Follows `places.sql`.
, grouped AS (
    SELECT
        CASE WHEN %(by_day)s THEN sale.business_date END AS business_date,
        CASE WHEN %(by_location)s THEN place.location_id END AS location_id,
        CASE WHEN %(by_location)s THEN place.location END AS location,
        CASE WHEN %(by_till)s THEN sale.till_id END AS till_id,
        product.category,
        COALESCE(sale.currency, place.currency) AS currency,
        COALESCE(sum(goods.pieces) FILTER (WHERE sale.kind = 'sale'), 0)::bigint AS units,
        COALESCE(sum(goods.grams) FILTER (WHERE sale.kind = 'sale'), 0)::bigint AS weight_grams,
        COALESCE(sum(goods.pieces) FILTER (WHERE sale.kind = 'return'), 0)::bigint
            AS returned_units,
        COALESCE(sum(goods.grams) FILTER (WHERE sale.kind = 'return'), 0)::bigint
            AS returned_weight_grams,
        COALESCE(sum(line.amount_minor) FILTER (WHERE sale.kind = 'sale'), 0)::bigint
            AS sold_minor,
        COALESCE(sum(line.amount_minor) FILTER (WHERE sale.kind = 'return'), 0)::bigint
            AS returned_minor,
        sum(CASE sale.kind WHEN 'sale' THEN line.amount_minor ELSE -line.amount_minor END)::bigint
            AS net_minor
    FROM sales AS sale
    INNER JOIN place USING (location_id)
    INNER JOIN sale_lines AS line USING (location_id, till_id, epoch, sequence)
    -- A weighed line is one piece.
    CROSS JOIN LATERAL (
        SELECT
            CASE line.unit WHEN 'gram' THEN 1 ELSE line.quantity END AS pieces,
            CASE line.unit WHEN 'gram' THEN line.quantity ELSE 0 END AS grams
    ) AS goods
    LEFT JOIN products AS product USING (sku)
    WHERE sale.business_date BETWEEN %(first)s AND %(last)s
    GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT
    true AS is_sum, count(*) AS groups,
    NULL::date AS business_date, NULL AS location_id, NULL AS location, NULL AS till_id,
    NULL AS category, currency,
    sum(units)::bigint AS units, sum(weight_grams)::bigint AS weight_grams,
    sum(returned_units)::bigint AS returned_units,
    sum(returned_weight_grams)::bigint AS returned_weight_grams,
    sum(sold_minor)::bigint AS sold_minor, sum(returned_minor)::bigint AS returned_minor,
    sum(net_minor)::bigint AS net_minor
FROM grouped
GROUP BY currency
UNION ALL
(
    SELECT
        false, 1, business_date, location_id, location, till_id, category, currency, units,
        weight_grams, returned_units, returned_weight_grams, sold_minor, returned_minor, net_minor
    FROM grouped
    ORDER BY
        CASE WHEN %(sorts_money)s THEN currency END,
        %(sign)s * CASE %(sort)s::text
            WHEN 'business_date' THEN (business_date - DATE '2000-01-01')::bigint
            WHEN 'units' THEN units
            WHEN 'weight_grams' THEN weight_grams
            WHEN 'returned_units' THEN returned_units
            WHEN 'returned_weight_grams' THEN returned_weight_grams
            WHEN 'sold_minor' THEN sold_minor
            WHEN 'returned_minor' THEN returned_minor
            WHEN 'net_minor' THEN net_minor
        END,
        business_date,
        lower(location) COLLATE "C",
        location_id COLLATE "C",
        till_id COLLATE "C",
        lower(category) COLLATE "C" NULLS LAST,
        category COLLATE "C",
        currency
    LIMIT %(limit)s OFFSET %(offset)s
)
