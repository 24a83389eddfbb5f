-- How far the sink has written each topic: Kafka is read on from here, so that nothing falls
-- between the tables and the topics. Asked before the tables are read.
SELECT topic, partition, min(next_offset) AS next_offset
FROM sink_offsets
WHERE topic = ANY(%(topics)s::text[])
GROUP BY topic, partition
