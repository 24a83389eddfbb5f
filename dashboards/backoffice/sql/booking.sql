-- What was booked under an id.
SELECT booking_id, act, lines, differences, digest, booked_by, booked_at
FROM document_bookings
WHERE booking_id = %(booking_id)s
