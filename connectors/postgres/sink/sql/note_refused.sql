-- Inputs that are refused and still to be read.
INSERT INTO sink_refused (source_topic, source_partition, source_offset, reason)
SELECT *
FROM unnest(
    %(topics)s::text[], %(partitions)s::int[], %(offsets)s::bigint[], %(reasons)s::text[]
)
ON CONFLICT (source_topic, source_partition, source_offset) DO UPDATE SET reason = excluded.reason
