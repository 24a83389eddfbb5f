-- Moves the offsets of a batch, each only from where its consumer believes it to be. A row that
-- does not move was moved by a rival, and the batch must not be written.
UPDATE sink_offsets
SET next_offset = moved.next_offset
FROM unnest(%(topics)s::text[], %(partitions)s::int[], %(was)s::bigint[], %(next)s::bigint[])
    AS moved (topic, partition, was, next_offset)
WHERE sink_offsets.consumer = %(consumer)s
    AND sink_offsets.topic = moved.topic
    AND sink_offsets.partition = moved.partition
    AND sink_offsets.next_offset = moved.was
