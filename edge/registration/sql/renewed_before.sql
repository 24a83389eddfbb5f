-- What this till was given for the key since then, under this epoch: the newest.
SELECT certificate_sha256, key_sha256, location_id, till_id, epoch, certificate, not_after,
    revoked_at IS NOT NULL AS revoked
FROM device_certificates
WHERE location_id = %(location_id)s AND till_id = %(till_id)s AND epoch = %(epoch)s
    AND key_sha256 = %(key_sha256)s AND issued_at > %(since)s AND revoked_at IS NULL
ORDER BY issued_at DESC
LIMIT 1
