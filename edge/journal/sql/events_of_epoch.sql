-- All that is kept of an epoch, in order.
SELECT sequence, prev, hash, receipt_count, grand_total_minor, signature, key_id, body
FROM events WHERE epoch = ? ORDER BY sequence
