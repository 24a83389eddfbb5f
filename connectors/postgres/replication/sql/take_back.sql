-- A document that the centre asks for no more: closed where nobody here has begun it.
SELECT take_back_document(%(document_id)s, %(location_id)s)
