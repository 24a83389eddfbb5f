-- Apart from the page: without a search no name is read, and some hundred thousand rows are
-- counted in their index.
SELECT count(*) AS total
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
