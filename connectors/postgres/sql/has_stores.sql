-- At the centre: these locations have a store of their own, which books for them.
INSERT INTO stores (location_id)
SELECT told.location_id FROM unnest(%(location_ids)s::text[]) AS told (location_id)
ON CONFLICT DO NOTHING
