FROM recalls AS t
LEFT JOIN products AS p USING (sku)
LEFT JOIN locations AS l ON false
WHERE %(search)s = ''
    OR position(lower(%(search)s) IN lower(t.sku)) > 0
    OR position(lower(%(search)s) IN lower(p.name)) > 0
    OR position(lower(%(search)s) IN lower(t.lot)) > 0
    OR position(lower(%(search)s) IN lower(t.reason)) > 0
