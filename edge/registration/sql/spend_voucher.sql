UPDATE device_vouchers SET spent_for = %(certificate_sha256)s
WHERE token_sha256 = %(token_sha256)s
