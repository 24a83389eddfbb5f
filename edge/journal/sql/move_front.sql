-- Let an epoch begin behind one of its events, which goes on in `before_...`.
UPDATE epochs SET
    (kept_from, before_hash, before_receipt_count, before_grand_total_minor) = (
        SELECT sequence + 1, hash, receipt_count, grand_total_minor FROM events
        WHERE events.epoch = epochs.epoch AND sequence = ?2
    )
WHERE epoch = ?1
