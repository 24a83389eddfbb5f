-- How many reservations a store holds beside this one.
SELECT count(*) FROM return_reservations
WHERE location_id = %(location_id)s
    AND return_id <> %(return_id)s
    AND until > now()
