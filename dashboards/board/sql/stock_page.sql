-- One page of a location's stock: the SKUs in the table and those that were heard of before the
-- table had them, with alerts first, then by name. Null level columns: not in the table yet.
WITH known AS (
    SELECT sku FROM stock_levels WHERE location_id = %(location_id)s
    UNION
    SELECT unnest(%(heard)s::text[])
)
SELECT
    known.sku,
    product.name,
    product.unit,
    level.on_hand,
    level.in_carts,
    level.available,
    level.version,
    level.as_of,
    count(*) OVER () AS matching
FROM known
LEFT JOIN stock_levels AS level ON level.location_id = %(location_id)s AND level.sku = known.sku
LEFT JOIN products AS product ON product.sku = known.sku
WHERE (NOT %(only_alerts)s OR known.sku = ANY(%(alerted)s::text[]))
    AND (
        %(search)s = ''
        OR position(lower(%(search)s) IN lower(known.sku)) > 0
        OR position(lower(%(search)s) IN lower(product.name)) > 0
    )
ORDER BY known.sku = ANY(%(alerted)s::text[]) DESC, lower(product.name) NULLS LAST, known.sku
LIMIT %(limit)s OFFSET %(offset)s
