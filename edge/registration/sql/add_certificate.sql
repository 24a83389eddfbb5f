INSERT INTO device_certificates
    (certificate_sha256, location_id, till_id, epoch, key_sha256, serial, certificate, not_after,
     issued_at)
VALUES
    (%(certificate_sha256)s, %(location_id)s, %(till_id)s, %(epoch)s, %(key_sha256)s, %(serial)s,
     %(certificate)s, %(not_after)s, %(now)s)
