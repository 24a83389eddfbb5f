-- What begins last, first: what is to come, and then what holds.
ORDER BY t.valid_from DESC, t.sku, t.location_id NULLS FIRST
