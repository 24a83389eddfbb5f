-- A store that has nothing begins at the start of its feed.
INSERT INTO replication_state (location_id, topic_id, next_offset)
VALUES (%(location_id)s, %(topic_id)s, %(next_offset)s)
ON CONFLICT DO NOTHING
