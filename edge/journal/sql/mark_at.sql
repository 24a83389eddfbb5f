-- Where an epoch stood after an event: hash and sums.
SELECT hash, receipt_count, grand_total_minor FROM events WHERE epoch = ?1 AND sequence = ?2
UNION ALL
SELECT before_hash, before_receipt_count, before_grand_total_minor FROM epochs
WHERE epoch = ?1 AND kept_from = ?2 + 1
