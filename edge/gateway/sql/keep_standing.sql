-- An epoch was taken further.
INSERT INTO standings VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (till_id, epoch) DO UPDATE SET
    accepted_to = excluded.accepted_to, last_hash = excluded.last_hash,
    receipt_count = excluded.receipt_count, grand_total_minor = excluded.grand_total_minor;
