FROM products AS t
WHERE %(search)s = ''
    OR position(lower(%(search)s) IN lower(t.sku)) > 0
    OR position(lower(%(search)s) IN lower(t.name)) > 0
    OR position(lower(%(search)s) IN lower(t.category)) > 0
    OR position(lower(%(search)s) IN lower(t.style)) > 0
