SELECT to_jsonb(l) AS row FROM locations AS l WHERE location_id = %(location_id)s
