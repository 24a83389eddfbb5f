-- Write one event behind the last one of its epoch.
INSERT INTO events (
    epoch, sequence, prev, hash, receipt_count, grand_total_minor, signature, key_id, body
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
