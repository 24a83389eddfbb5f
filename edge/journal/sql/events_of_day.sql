-- The events of a business day, in the order in which they were written.
SELECT epoch, sequence, prev, hash, receipt_count, grand_total_minor, signature, key_id, body
FROM events WHERE body ->> '$.business_date' = ? ORDER BY epoch, sequence
