-- Makes a row for every partition that has none, so that each step can move a row that exists.
INSERT INTO webhook_offsets (topic, partition, next_offset)
SELECT begun.topic, begun.partition, begun.first_offset
FROM unnest(%(topics)s::text[], %(partitions)s::int[], %(offsets)s::bigint[])
    AS begun (topic, partition, first_offset)
ON CONFLICT (topic, partition) DO NOTHING
