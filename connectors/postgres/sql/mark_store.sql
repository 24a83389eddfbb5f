-- This database is of the store at a location, and its software starts anew. It fails where it is
-- another store's.
INSERT INTO stores (location_id, here, started)
VALUES (%(location_id)s, true, gen_random_uuid()::text)
ON CONFLICT (location_id) DO UPDATE SET here = true, started = excluded.started
