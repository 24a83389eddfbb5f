-- What was done with some documents, each at its location.
SELECT
    document_id, location_id, booking_id, act, done.lines, done.differences, done.digest,
    booked_by, booked_at
FROM unnest(%(document_ids)s::text[], %(location_ids)s::text[])
    AS asked (document_id, location_id)
INNER JOIN document_bookings AS done USING (document_id, location_id)
ORDER BY step
