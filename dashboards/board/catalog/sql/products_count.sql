SELECT count(*) AS total
FROM products AS p
WHERE %(search)s = ''
    OR position(lower(%(search)s) IN lower(p.sku)) > 0
    OR position(lower(%(search)s) IN lower(p.name)) > 0
    OR position(lower(%(search)s) IN lower(p.category)) > 0
    OR position(lower(%(search)s) IN lower(p.style)) > 0
