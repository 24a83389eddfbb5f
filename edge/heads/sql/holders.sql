-- Whose certificates these are, of those that the registration has given out.
SELECT certificate_sha256, location_id, till_id, certificate
FROM device_certificates
WHERE certificate_sha256 = ANY (%(key_ids)s)
