-- A document that came down, once however often it comes.
SELECT take_document(%(row)s::jsonb)
