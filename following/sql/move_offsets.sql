-- Moves the offsets of a batch, each only from where its consumer believes it to be. A row that
-- does not move was moved by a rival, and the batch must not be written.
UPDATE {table} AS held
SET next_offset = moved.next_offset
FROM unnest(%(topics)s::text[], %(partitions)s::int[], %(was)s::bigint[], %(next)s::bigint[])
    AS moved (topic, partition, was, next_offset)
WHERE held.consumer = %(consumer)s
    AND held.topic = moved.topic
    AND held.partition = moved.partition
    AND held.next_offset = moved.was
