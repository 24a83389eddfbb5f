SELECT EXISTS (
    SELECT FROM device_certificates
    WHERE key_sha256 = %(key_sha256)s
        AND (location_id, till_id) <> (%(location_id)s, %(till_id)s)
) AS taken
