-- A count for which late sales may still come, unless somebody else looks at it now.
SELECT
    document_id, location_id, kind, other_location_id, supplier, why, note, lines, rounds, state,
    counted_at, marks, settled_at, digest, ordered_by, ordered_at, version
FROM documents
WHERE document_id = %(document_id)s
    AND location_id = %(location_id)s
    AND kind = 'count'
    AND state = 'booked'
    AND settled_at IS NULL
FOR UPDATE SKIP LOCKED
