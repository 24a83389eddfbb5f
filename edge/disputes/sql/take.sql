-- What waits to be judged, the oldest first. Sales that are committed now are seen by what follows.
DELETE FROM returns_to_judge
WHERE entry_id IN (
    SELECT entry_id FROM returns_to_judge ORDER BY entry_id LIMIT %(most)s
)
RETURNING receipt_no, location_id
