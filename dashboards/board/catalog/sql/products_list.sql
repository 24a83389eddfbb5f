-- One page, by name.
SELECT to_jsonb(p) AS row
FROM products AS p
WHERE %(search)s = ''
    OR position(lower(%(search)s) IN lower(p.sku)) > 0
    OR position(lower(%(search)s) IN lower(p.name)) > 0
    OR position(lower(%(search)s) IN lower(p.category)) > 0
    OR position(lower(%(search)s) IN lower(p.style)) > 0
ORDER BY lower(p.name) COLLATE "C", p.sku COLLATE "C"
LIMIT %(limit)s OFFSET %(offset)s
