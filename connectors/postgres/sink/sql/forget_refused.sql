-- What has been passed over.
DELETE FROM sink_refused
USING sink_offsets
WHERE sink_offsets.consumer = 'sink'
    AND sink_offsets.topic = source_topic
    AND sink_offsets.partition = source_partition
    AND sink_offsets.next_offset > source_offset
