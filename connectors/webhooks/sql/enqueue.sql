-- One delivery of each message to each endpoint, in the order of the messages.
INSERT INTO webhook_deliveries (endpoint_id, message_id, subject, body)
SELECT endpoint.endpoint_id, told.message_id, told.subject, told.body
FROM unnest(%(messages)s::text[], %(subjects)s::text[], %(bodies)s::text[])
    WITH ORDINALITY AS told (message_id, subject, body, place)
CROSS JOIN webhook_endpoints AS endpoint
ORDER BY told.place
ON CONFLICT (endpoint_id, message_id) DO NOTHING
