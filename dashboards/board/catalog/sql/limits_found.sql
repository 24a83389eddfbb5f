FROM business_limits AS t
WHERE %(search)s = '' OR position(lower(%(search)s) IN lower(t.name)) > 0
