-- Base units of a product that were sold, less those that came back onto the shelf, by the
-- calendar of each location. Read from the ledger's index alone, one range for each location.
SELECT
    (effect.occurred_at AT TIME ZONE COALESCE(place.time_zone, 'UTC'))::date AS business_date,
    -sum(effect.quantity)::bigint AS quantity
FROM unnest(%(locations)s::text[]) AS asked (location_id)
LEFT JOIN locations AS place USING (location_id)
INNER JOIN stock_ledger AS effect USING (location_id)
WHERE effect.sku = %(sku)s
    AND effect.reason IN ('sale', 'return')
    AND effect.occurred_at >= %(since)s::date - 1
    AND effect.occurred_at < now() + interval '1 day'
GROUP BY business_date
