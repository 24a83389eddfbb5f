-- One page, by name.
SELECT to_jsonb(l) AS row
FROM locations AS l
WHERE %(search)s = ''
    OR position(lower(%(search)s) IN lower(l.location_id)) > 0
    OR position(lower(%(search)s) IN lower(l.name)) > 0
    OR position(lower(%(search)s) IN lower(l.region)) > 0
ORDER BY lower(l.name) COLLATE "C", l.location_id COLLATE "C"
LIMIT %(limit)s OFFSET %(offset)s
