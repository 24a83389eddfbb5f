-- Those that nobody has used; spare ones only where spare_too says so.
UPDATE device_vouchers
SET cancelled_at = %(now)s
WHERE location_id = %(location_id)s AND till_id = %(till_id)s
    AND spent_for IS NULL AND cancelled_at IS NULL
    AND (%(spare_too)s OR NOT is_spare)
