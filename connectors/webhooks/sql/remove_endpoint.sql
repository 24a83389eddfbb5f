-- An endpoint with all that waits for it.
DELETE FROM webhook_endpoints WHERE endpoint_id = %(endpoint_id)s
