-- Serials that ordinary tools must refuse: those of certificates that have not ended.
SELECT serial, revoked_at FROM device_certificates
WHERE revoked_at IS NOT NULL AND not_after > %(now)s
