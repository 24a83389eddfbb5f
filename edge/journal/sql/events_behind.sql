-- Some events behind a number, in order.
SELECT sequence, prev, hash, receipt_count, grand_total_minor, body FROM events
WHERE epoch = ? AND sequence > ?
ORDER BY sequence LIMIT ?
