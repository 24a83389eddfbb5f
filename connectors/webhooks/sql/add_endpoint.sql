-- A new endpoint; it is told of what is read from now on.
INSERT INTO webhook_endpoints (endpoint_id, url, secret, description)
VALUES (%(endpoint_id)s, %(url)s, %(secret)s, %(description)s)
