-- Until the transaction ends, nobody else changes this location's devices.
SELECT number FROM device_lists WHERE location_id = %(location_id)s FOR UPDATE
