UPDATE device_alarms SET closed_at = %(now)s
WHERE location_id = %(location_id)s AND till_id = %(till_id)s AND closed_at IS NULL
