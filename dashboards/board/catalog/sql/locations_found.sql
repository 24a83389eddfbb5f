FROM locations AS t
WHERE %(search)s = ''
    OR position(lower(%(search)s) IN lower(t.location_id)) > 0
    OR position(lower(%(search)s) IN lower(t.name)) > 0
    OR position(lower(%(search)s) IN lower(t.region)) > 0
