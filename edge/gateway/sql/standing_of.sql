-- Up to where an epoch of a till was taken.
SELECT accepted_to, last_hash, receipt_count, grand_total_minor
FROM standings
WHERE till_id = ?1 AND epoch = ?2;
