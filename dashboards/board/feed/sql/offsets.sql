-- How far the sink has written each topic: Kafka is read on from here, so that nothing falls
-- between the tables and the topics. Asked before the tables are read.
SELECT topic, partition, next_offset
FROM sink_offsets
WHERE consumer = 'sink' AND topic = ANY(%(topics)s::text[])
