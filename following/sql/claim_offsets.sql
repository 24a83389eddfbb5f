-- Makes a row for every partition that has none, at its first offset, so that each write can
-- move a row that exists.
INSERT INTO {table} (consumer, topic, partition, next_offset)
SELECT %(consumer)s::text, claimed.topic, claimed.partition, claimed.first_offset
FROM unnest(%(topics)s::text[], %(partitions)s::int[], %(offsets)s::bigint[])
    AS claimed (topic, partition, first_offset)
ON CONFLICT DO NOTHING
