-- Those of the epochs below.
UPDATE device_certificates SET revoked_at = %(now)s
WHERE location_id = %(location_id)s AND till_id = %(till_id)s AND epoch < %(below)s
    AND revoked_at IS NULL
