INSERT INTO device_vouchers
    (token_sha256, location_id, till_id, epoch, is_spare, made_at, expires_at)
VALUES
    (%(token_sha256)s, %(location_id)s, %(till_id)s, %(epoch)s, %(is_spare)s, %(now)s,
     %(expires_at)s)
