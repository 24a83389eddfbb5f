-- What Kafka has.
DELETE FROM outbox WHERE entry_id = ANY(%(entries)s::bigint[])
