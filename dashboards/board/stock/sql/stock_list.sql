-- The SKUs of one location, filtered and in order: those in the table and those that were heard
-- of before the table had them. The last sale is looked up only where it is asked for.
WITH known AS (
    SELECT sku, on_hand, in_carts, as_of FROM stock_levels WHERE location_id = %(location_id)s
    UNION ALL
    SELECT sku, 0, 0, NULL::timestamptz
    FROM (SELECT DISTINCT unnest(%(heard)s::text[]) AS sku) AS heard
    WHERE NOT EXISTS (
        SELECT FROM stock_levels AS level
        WHERE level.location_id = %(location_id)s AND level.sku = heard.sku
    )
)
SELECT known.sku
FROM known
LEFT JOIN products AS product USING (sku)
LEFT JOIN (SELECT DISTINCT unnest(%(alerted)s::text[]) AS sku) AS alert USING (sku)
LEFT JOIN assortment AS policy
    ON %(show)s = 'below' AND policy.location_id = %(location_id)s AND policy.sku = known.sku
LEFT JOIN LATERAL (
    SELECT effect.occurred_at
    FROM stock_ledger AS effect
    WHERE (%(show)s = 'unsold' OR %(sort)s = 'sold')
        AND effect.location_id = %(location_id)s
        AND effect.sku = known.sku
        AND effect.reason = 'sale'
    ORDER BY effect.occurred_at DESC
    LIMIT 1
) AS sold ON true
WHERE
    CASE %(show)s
        WHEN 'below' THEN policy.listed
            AND (known.on_hand < policy.reorder_point OR known.on_hand <= 0)
        WHEN 'out' THEN known.on_hand <= 0
        WHEN 'negative' THEN known.on_hand < 0
        WHEN 'carts' THEN known.in_carts > 0
        WHEN 'unsold' THEN known.on_hand > 0
            AND COALESCE(sold.occurred_at, '-infinity')
                < now() - make_interval(days => %(days)s)
        ELSE true
    END
    AND (
        %(search)s = ''
        OR position(lower(%(search)s) IN lower(known.sku)) > 0
        OR position(lower(%(search)s) IN lower(product.name)) > 0
    )
ORDER BY
    CASE WHEN %(sort)s = 'alerts' THEN alert.sku IS NULL END,
    CASE %(sort)s
        WHEN 'least' THEN known.on_hand
        WHEN 'most' THEN -known.on_hand
        WHEN 'carts' THEN -known.in_carts
    END,
    CASE WHEN %(sort)s = 'moved' THEN known.as_of END DESC NULLS LAST,
    CASE WHEN %(sort)s = 'sold' THEN sold.occurred_at END ASC NULLS FIRST,
    lower(product.name) COLLATE "C" NULLS LAST,
    known.sku COLLATE "C"
