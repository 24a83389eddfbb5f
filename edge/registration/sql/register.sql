-- Registers a till, or a revoked one anew. One that sells goes on until the voucher is used.
INSERT INTO devices AS known (location_id, till_id, highest_epoch, list_number, changed_at)
VALUES (%(location_id)s, %(till_id)s, %(epoch)s, %(number)s, %(now)s)
ON CONFLICT (location_id, till_id) DO UPDATE
SET status = CASE known.status WHEN 'active' THEN 'active' ELSE 'registered' END,
    highest_epoch = excluded.highest_epoch,
    list_number = excluded.list_number,
    changed_at = excluded.changed_at
