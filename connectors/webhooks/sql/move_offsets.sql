-- Moves offsets, each only from where this worker believes it to be. A row that does not move was
-- moved by another worker, and the batch must not be written.
UPDATE webhook_offsets
SET next_offset = moved.next_offset
FROM unnest(%(topics)s::text[], %(partitions)s::int[], %(was)s::bigint[], %(next)s::bigint[])
    AS moved (topic, partition, was, next_offset)
WHERE webhook_offsets.topic = moved.topic
    AND webhook_offsets.partition = moved.partition
    AND webhook_offsets.next_offset = moved.was
