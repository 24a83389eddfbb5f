-- The endpoint has taken a message. Of any claim: a later one would only send it again.
UPDATE webhook_deliveries
SET delivered_at = clock_timestamp(), last_status = %(status)s, last_error = NULL
WHERE delivery_id = %(delivery_id)s AND delivered_at IS NULL
