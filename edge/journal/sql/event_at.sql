-- One event with its place, and the signature of its head where it ends in one.
SELECT prev, hash, receipt_count, grand_total_minor, signature, body FROM events
WHERE epoch = ? AND sequence = ?
