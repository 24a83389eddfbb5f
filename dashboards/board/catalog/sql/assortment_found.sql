-- Without a search no name is read, and some hundred thousand rows are counted in their index. What
-- a row names may not be registered.
FROM assortment AS t
LEFT JOIN locations AS l USING (location_id)
LEFT JOIN products AS p USING (sku)
WHERE (%(location)s = '' OR t.location_id = %(location)s)
    AND (
        %(search)s = ''
        OR position(lower(%(search)s) IN lower(t.sku)) > 0
        OR position(lower(%(search)s) IN lower(p.name)) > 0
        OR position(lower(%(search)s) IN lower(t.location_id)) > 0
        OR position(lower(%(search)s) IN lower(l.name)) > 0
    )
