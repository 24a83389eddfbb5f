-- What was sold of products at locations in the last four weeks, read from the ledger's index alone.
SELECT asked.location_id, asked.sku, sold.lines, sold.quantity, days.receipts, days.days
FROM unnest(%(locations)s::text[], %(skus)s::text[]) AS asked (location_id, sku)
CROSS JOIN LATERAL (
    SELECT count(*) AS lines,
        least(coalesce(-sum(effect.quantity), 0), 9007199254740991)::bigint AS quantity
    FROM stock_ledger AS effect
    WHERE effect.location_id = asked.location_id
        AND effect.sku = asked.sku
        AND effect.reason = 'sale'
        AND effect.occurred_at >= now() - interval '28 days'
        AND effect.occurred_at < now() + interval '1 day'
) AS sold
CROSS JOIN LATERAL (
    SELECT least(coalesce(sum(total.receipts), 0), 9007199254740991)::bigint AS receipts,
        count(*) FILTER (WHERE total.receipts > 0) AS days
    FROM checkout_totals AS total
    WHERE total.location_id = asked.location_id
        AND total.till_id IS NULL
        AND total.business_date BETWEEN current_date - 28 AND current_date + 1
) AS days
