-- One thing that was done with a document, unless something was under that id.
INSERT INTO document_bookings (
    booking_id, document_id, location_id, act, lines, differences, digest, booked_by
) VALUES (
    %(booking_id)s, %(document_id)s, %(location_id)s, %(act)s, %(lines)s, %(differences)s,
    %(digest)s, %(booked_by)s
)
ON CONFLICT DO NOTHING
RETURNING booking_id, act, lines, differences, digest, booked_by, booked_at
