-- Counts for which late sales may still come, of locations that are booked here. Any of them: over
-- the rounds each has its turn.
SELECT document_id, location_id
FROM documents
WHERE kind = 'count' AND state = 'booked' AND settled_at IS NULL
    AND books_here(location_id)
ORDER BY random()
LIMIT %(most)s
