SELECT count(*) AS certificates
FROM device_certificates
WHERE location_id = %(location_id)s AND till_id = %(till_id)s AND epoch = %(epoch)s
    AND issued_at > %(since)s
