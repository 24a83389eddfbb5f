SELECT count(*) AS total
FROM locations AS l
WHERE %(search)s = ''
    OR position(lower(%(search)s) IN lower(l.location_id)) > 0
    OR position(lower(%(search)s) IN lower(l.name)) > 0
    OR position(lower(%(search)s) IN lower(l.region)) > 0
