-- The till's part of the list has changed, and nothing else of it.
UPDATE devices SET list_number = %(number)s, changed_at = %(now)s
WHERE location_id = %(location_id)s AND till_id = %(till_id)s
