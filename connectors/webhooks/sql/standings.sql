-- How each endpoint stands.
SELECT endpoint.endpoint_id,
    waiting.number AS waiting,
    coalesce(
        extract(epoch FROM clock_timestamp() - waiting.oldest_at)::float8, 0
    ) AS oldest_seconds,
    (
        SELECT count(*) FROM webhook_dead_letters AS letter
        WHERE letter.endpoint_id = endpoint.endpoint_id
    ) AS dead_letters
FROM webhook_endpoints AS endpoint
CROSS JOIN LATERAL (
    SELECT count(*) AS number, min(made_at) AS oldest_at
    FROM webhook_deliveries AS delivery
    WHERE delivery.endpoint_id = endpoint.endpoint_id AND delivery.delivered_at IS NULL
) AS waiting
ORDER BY endpoint.endpoint_id
