-- What this request was told before.
SELECT told FROM return_reservations
WHERE location_id = %(location_id)s
    AND return_id = %(return_id)s
    AND asked = %(asked)s
    AND receipt_no = %(receipt_no)s
    AND until > now()
