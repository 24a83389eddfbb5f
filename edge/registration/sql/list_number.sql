-- The number of a location's list; no row where no till was ever registered.
SELECT number FROM device_lists WHERE location_id = %(location_id)s
