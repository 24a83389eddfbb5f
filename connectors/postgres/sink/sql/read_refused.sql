-- Which of the inputs between two offsets, both included, are refused.
SELECT source_topic, source_partition, source_offset, reason
FROM sink_refused
JOIN unnest(
    %(topics)s::text[], %(partitions)s::int[], %(firsts)s::bigint[], %(lasts)s::bigint[]
) AS asked (topic, partition, first_offset, last_offset)
    ON source_topic = topic
        AND source_partition = partition
        AND source_offset BETWEEN first_offset AND last_offset
