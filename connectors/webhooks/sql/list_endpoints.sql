-- Every endpoint, without its secret, and how it stands.
SELECT endpoint.endpoint_id, endpoint.url, endpoint.description, endpoint.created_at,
    (
        SELECT count(*) FROM webhook_deliveries AS delivery
        WHERE delivery.endpoint_id = endpoint.endpoint_id AND delivery.delivered_at IS NULL
    ) AS waiting,
    (
        SELECT max(delivered_at) FROM webhook_deliveries AS delivery
        WHERE delivery.endpoint_id = endpoint.endpoint_id
    ) AS last_delivered_at,
    (
        SELECT count(*) FROM webhook_dead_letters AS letter
        WHERE letter.endpoint_id = endpoint.endpoint_id
    ) AS dead_letters
FROM webhook_endpoints AS endpoint
ORDER BY endpoint.created_at, endpoint.endpoint_id
