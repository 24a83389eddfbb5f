-- Deliveries and dead letters, the newest first.
SELECT message_id, endpoint_id, subject, state, made_at, attempts, next_attempt_at, ended_at,
    last_status, last_error
FROM (
    SELECT delivery_id, message_id, endpoint_id, subject,
        CASE WHEN delivered_at IS NULL THEN 'waiting' ELSE 'delivered' END AS state,
        made_at, attempts,
        CASE WHEN delivered_at IS NULL THEN due_at END AS next_attempt_at,
        delivered_at AS ended_at, last_status, last_error
    FROM webhook_deliveries
    UNION ALL
    SELECT delivery_id, message_id, endpoint_id, subject, 'dead', made_at, attempts, NULL,
        given_up_at, last_status, last_error
    FROM webhook_dead_letters
) AS every
WHERE (%(endpoint_id)s::text IS NULL OR endpoint_id = %(endpoint_id)s)
    AND (%(state)s::text IS NULL OR state = %(state)s)
ORDER BY made_at DESC, delivery_id DESC
LIMIT %(number)s
