-- The last attempt failed, if the claim is still this worker's: the message goes to the dead
-- letters, and what waits behind it in the same alert may go.
WITH given_up AS (
    DELETE FROM webhook_deliveries
    WHERE delivery_id = %(delivery_id)s AND attempts = %(attempts)s AND delivered_at IS NULL
    RETURNING *
)
INSERT INTO webhook_dead_letters (
    delivery_id, endpoint_id, message_id, subject, body, made_at, attempts, last_status, last_error
)
SELECT delivery_id, endpoint_id, message_id, subject, body, made_at, attempts, %(status)s, %(error)s
FROM given_up
