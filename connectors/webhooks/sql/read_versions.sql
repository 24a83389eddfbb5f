-- What was taken in of some alerts.
SELECT subject, version FROM webhook_versions WHERE subject = ANY(%(subjects)s::text[])
