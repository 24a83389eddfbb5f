-- The next number of a location's list; until the transaction ends, nobody else has one.
INSERT INTO device_lists AS list (location_id) VALUES (%(location_id)s)
ON CONFLICT (location_id) DO UPDATE SET number = list.number + 1
RETURNING number
