-- What is due and was not told.
UPDATE disputed_returns SET told_at = now()
WHERE told_at IS NULL AND due_at <= now()
RETURNING receipt_no, location_id, reason, returns
