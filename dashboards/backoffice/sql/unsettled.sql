-- Committed counts for which tills may still tell what they sold before.
SELECT count(*) AS counts
FROM documents
WHERE kind = 'count' AND state = 'booked' AND settled_at IS NULL
