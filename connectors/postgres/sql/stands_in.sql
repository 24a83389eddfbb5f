-- This database is the store's. What it knows already is not told anew.
INSERT INTO stores AS known (location_id, here) VALUES (%(location_id)s, true)
ON CONFLICT (location_id) DO UPDATE SET here = true WHERE NOT known.here
