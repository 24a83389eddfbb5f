UPDATE devices
SET status = 'revoked', list_number = %(number)s, changed_at = %(now)s
WHERE location_id = %(location_id)s AND till_id = %(till_id)s
