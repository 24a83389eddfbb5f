-- Dead letters become deliveries again, in their order, and wait from now on.
WITH chosen AS (
    DELETE FROM webhook_dead_letters
    WHERE (%(endpoint_id)s::text IS NULL OR endpoint_id = %(endpoint_id)s)
        AND (%(message_id)s::text IS NULL OR message_id = %(message_id)s)
    RETURNING delivery_id, endpoint_id, message_id, subject, body
)
INSERT INTO webhook_deliveries (endpoint_id, message_id, subject, body)
SELECT endpoint_id, message_id, subject, body FROM chosen ORDER BY delivery_id
ON CONFLICT (endpoint_id, message_id) DO NOTHING
RETURNING message_id
