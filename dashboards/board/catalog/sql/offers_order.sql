ORDER BY t.valid_from DESC, t.location_id, t.offer_id
