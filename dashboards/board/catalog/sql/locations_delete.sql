DELETE FROM locations WHERE location_id = %(location_id)s
