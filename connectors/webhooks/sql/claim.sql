-- What is due, for each endpoint as much as it has room for, claimed for a while. Only the first
-- that waits of an alert goes out, so that its changes arrive in order. A row that another worker
-- is claiming is passed over; one that it has claimed is no longer due.
UPDATE webhook_deliveries AS delivery
SET attempts = delivery.attempts + 1,
    due_at = clock_timestamp() + make_interval(secs => %(claim_seconds)s)
FROM (
    SELECT due.delivery_id, endpoint.url, endpoint.secret
    FROM webhook_endpoints AS endpoint
    LEFT JOIN unnest(%(endpoints)s::text[], %(busy)s::int[]) AS told (endpoint_id, busy)
        USING (endpoint_id)
    CROSS JOIN LATERAL (
        SELECT candidate.delivery_id
        FROM webhook_deliveries AS candidate
        WHERE candidate.endpoint_id = endpoint.endpoint_id
            AND candidate.delivered_at IS NULL
            AND candidate.due_at <= clock_timestamp()
            AND NOT EXISTS (
                SELECT FROM webhook_deliveries AS earlier
                WHERE earlier.endpoint_id = candidate.endpoint_id
                    AND earlier.subject = candidate.subject
                    AND earlier.delivered_at IS NULL
                    AND earlier.delivery_id < candidate.delivery_id
            )
        ORDER BY candidate.due_at, candidate.delivery_id
        LIMIT greatest(0, %(in_flight_max)s - coalesce(told.busy, 0))
        FOR UPDATE OF candidate SKIP LOCKED
    ) AS due
) AS claimed
WHERE delivery.delivery_id = claimed.delivery_id
RETURNING delivery.delivery_id, delivery.endpoint_id, claimed.url, claimed.secret,
    delivery.message_id, delivery.body, delivery.attempts
