ORDER BY lower(t.name) COLLATE "C", t.location_id COLLATE "C"
