-- What was done with a document at a location.
SELECT booking_id, act, lines, differences, digest, booked_by, booked_at
FROM document_bookings
WHERE document_id = %(document_id)s AND location_id = %(location_id)s
ORDER BY step
