-- Totals as the workers have them, and as the receipts add up: one row of JSON for each side,
-- for each location and each till by business date. Totals without a receipt are right at 0:
-- only a cart has been opened. Units are pieces, and one for each weighed line.
WITH lines AS (
    SELECT location_id, till_id, epoch, sequence,
        sum(CASE WHEN unit = 'gram' THEN 1 ELSE quantity END) AS units,
        sum(CASE WHEN unit = 'gram' THEN quantity ELSE 0 END) AS weight_grams,
        sum(amount_minor) AS amount_minor
    FROM sale_lines
    WHERE %(locations)s::text[] IS NULL OR location_id = ANY (%(locations)s)
    GROUP BY location_id, till_id, epoch, sequence
),
tendered AS (
    SELECT location_id, till_id, epoch, sequence,
        sum(amount_minor) FILTER (WHERE kind = 'cash') AS cash,
        sum(amount_minor) FILTER (WHERE kind = 'card') AS card,
        sum(amount_minor) FILTER (WHERE kind = 'voucher') AS voucher,
        sum(amount_minor) FILTER (WHERE kind = 'other') AS other
    FROM (
        SELECT location_id, till_id, epoch, sequence,
            tender ->> 'kind' AS kind, (tender ->> 'amount_minor')::bigint AS amount_minor
        FROM sales, jsonb_array_elements(tenders) AS tender
        WHERE %(locations)s::text[] IS NULL OR location_id = ANY (%(locations)s)
    ) AS each
    GROUP BY location_id, till_id, epoch, sequence
),
receipts AS (
    SELECT location_id, till_id, business_date,
        kind = 'sale' AS is_sale,
        total_minor, discount_minor, tax_minor, refund_minor,
        coalesce(lines.units, 0) AS units,
        coalesce(lines.weight_grams, 0) AS weight_grams,
        coalesce(lines.amount_minor, 0) AS amount_minor,
        coalesce(cash, 0) AS cash,
        coalesce(card, 0) AS card,
        coalesce(voucher, 0) AS voucher,
        coalesce(other, 0) AS other
    FROM sales
    LEFT JOIN lines USING (location_id, till_id, epoch, sequence)
    LEFT JOIN tendered USING (location_id, till_id, epoch, sequence)
    WHERE %(locations)s::text[] IS NULL OR location_id = ANY (%(locations)s)
),
sums AS (
    SELECT location_id, till_id, business_date,
        count(*) FILTER (WHERE is_sale) AS receipts,
        count(*) FILTER (WHERE NOT is_sale) AS returns,
        coalesce(sum(units) FILTER (WHERE is_sale), 0) AS units,
        coalesce(sum(weight_grams) FILTER (WHERE is_sale), 0) AS weight_grams,
        coalesce(sum(units) FILTER (WHERE NOT is_sale), 0) AS returned_units,
        coalesce(sum(weight_grams) FILTER (WHERE NOT is_sale), 0) AS returned_weight_grams,
        coalesce(sum(amount_minor) FILTER (WHERE is_sale), 0) AS gross_minor,
        coalesce(sum(discount_minor) FILTER (WHERE is_sale), 0) AS discount_minor,
        coalesce(sum(tax_minor) FILTER (WHERE is_sale), 0) AS tax_minor,
        coalesce(sum(refund_minor), 0) AS refund_minor,
        coalesce(sum(total_minor - refund_minor), 0) AS net_sales_minor,
        coalesce(sum(cash) FILTER (WHERE is_sale), 0) AS cash,
        coalesce(sum(card) FILTER (WHERE is_sale), 0) AS card,
        coalesce(sum(voucher) FILTER (WHERE is_sale), 0) AS voucher,
        coalesce(sum(other) FILTER (WHERE is_sale), 0) AS other,
        count(*) FILTER (
            WHERE is_sale AND (
                amount_minor + discount_minor <> total_minor
                OR cash + card + voucher + other <> total_minor
            )
        ) AS discrepancies
    FROM receipts
    GROUP BY GROUPING SETS ((location_id, business_date), (location_id, till_id, business_date))
),
totals AS (
    SELECT location_id, till_id, business_date,
        receipts, returns, units, weight_grams, returned_units, returned_weight_grams, gross_minor, discount_minor, tax_minor,
        refund_minor, net_sales_minor,
        coalesce((tenders ->> 'cash')::bigint, 0) AS cash,
        coalesce((tenders ->> 'card')::bigint, 0) AS card,
        coalesce((tenders ->> 'voucher')::bigint, 0) AS voucher,
        coalesce((tenders ->> 'other')::bigint, 0) AS other,
        discrepancies
    FROM checkout_totals
    WHERE %(locations)s::text[] IS NULL OR location_id = ANY (%(locations)s)
)
SELECT
    coalesce(sums.location_id, totals.location_id) AS location_id,
    coalesce(sums.till_id, totals.till_id) AS till_id,
    coalesce(sums.business_date, totals.business_date)::text AS business_date,
    to_jsonb(sums) - ARRAY['location_id', 'till_id', 'business_date'] AS expected,
    to_jsonb(totals) - ARRAY['location_id', 'till_id', 'business_date'] AS found
FROM sums
FULL JOIN totals
    ON sums.location_id = totals.location_id
    AND coalesce(sums.till_id, '') = coalesce(totals.till_id, '')
    AND sums.business_date = totals.business_date
WHERE to_jsonb(sums) IS DISTINCT FROM to_jsonb(totals)
ORDER BY 1, 2 NULLS FIRST, 3
