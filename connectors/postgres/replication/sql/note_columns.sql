-- The columns that all rows were put into.
UPDATE replication_state SET columns = %(columns)s WHERE location_id = %(location_id)s
