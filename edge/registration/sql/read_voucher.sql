SELECT voucher.location_id, voucher.till_id, voucher.epoch, voucher.expires_at,
    voucher.cancelled_at IS NOT NULL AS is_cancelled, voucher.spent_for
FROM device_vouchers AS voucher
WHERE voucher.token_sha256 = %(token_sha256)s
