-- What waits for Kafka, in the order in which it was said.
SELECT entry_id, what, value FROM outbox ORDER BY entry_id LIMIT %(most)s
