SELECT certificate_sha256, key_sha256, location_id, till_id, epoch, certificate, not_after,
    revoked_at IS NOT NULL AS revoked
FROM device_certificates
WHERE certificate_sha256 = %(certificate_sha256)s
