-- Reservations of receipts with these numbers that hold.
SELECT receipt_no, receipt_location_id, location_id, return_id, asked
FROM return_reservations
WHERE receipt_no = ANY(%(numbers)s::text[]) AND until > now()
