-- A failed attempt, if the claim is still this worker's. What waits behind it in the same alert
-- rests as long, so that nobody looks at it in vain.
WITH failed AS (
    UPDATE webhook_deliveries
    SET due_at = clock_timestamp() + make_interval(secs => %(wait_seconds)s),
        last_status = %(status)s,
        last_error = %(error)s
    WHERE delivery_id = %(delivery_id)s AND attempts = %(attempts)s AND delivered_at IS NULL
    RETURNING endpoint_id, subject, delivery_id, due_at
)
UPDATE webhook_deliveries AS behind
SET due_at = failed.due_at
FROM failed
WHERE behind.endpoint_id = failed.endpoint_id
    AND behind.subject = failed.subject
    AND behind.delivered_at IS NULL
    AND behind.delivery_id > failed.delivery_id
