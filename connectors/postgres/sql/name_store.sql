-- This database is of the store at a location. It fails where it is another store's.
INSERT INTO stores AS known (location_id, here) VALUES (%(location_id)s, true)
ON CONFLICT (location_id) DO UPDATE SET here = true WHERE NOT known.here
