-- One page in the order of the key, whose index gives it; names of what may not be registered.
SELECT to_jsonb(a) AS row, l.name AS location_name, p.name AS product_name, p.unit
FROM assortment AS a
LEFT JOIN locations AS l USING (location_id)
LEFT JOIN products AS p USING (sku)
WHERE (%(location)s = '' OR a.location_id = %(location)s)
    AND (
        %(search)s = ''
        OR position(lower(%(search)s) IN lower(a.sku)) > 0
        OR position(lower(%(search)s) IN lower(p.name)) > 0
        OR position(lower(%(search)s) IN lower(a.location_id)) > 0
        OR position(lower(%(search)s) IN lower(l.name)) > 0
    )
ORDER BY a.location_id, a.sku
LIMIT %(limit)s OFFSET %(offset)s
