-- Counts for which late sales may still come, and which nobody else looks at now. Any of them: over
-- the looks each has its turn.
SELECT
    document_id, location_id, kind, other_location_id, supplier, why, note, lines, rounds, state,
    counted_at, marks, settled_at, digest, ordered_by, ordered_at, version
FROM documents
WHERE kind = 'count' AND state = 'booked' AND settled_at IS NULL
ORDER BY random()
LIMIT %(most)s
FOR UPDATE SKIP LOCKED
