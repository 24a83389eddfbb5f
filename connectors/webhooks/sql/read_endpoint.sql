-- Where an endpoint is, and what signs its messages.
SELECT url, secret FROM webhook_endpoints WHERE endpoint_id = %(endpoint_id)s
