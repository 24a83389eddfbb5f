-- The newest sale of each of some tills: one look into the key's index for each.
SELECT asked.till_id, sale.occurred_at, sale.total_minor
FROM unnest(%(tills)s::text[]) AS asked (till_id)
CROSS JOIN LATERAL (
    SELECT occurred_at, total_minor
    FROM sales
    WHERE location_id = %(location_id)s AND till_id = asked.till_id AND kind = 'sale'
    ORDER BY epoch DESC, sequence DESC
    LIMIT 1
) AS sale
