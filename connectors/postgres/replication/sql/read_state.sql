-- How far the store is.
SELECT topic_id, next_offset, applied_version, place, feed, head_version, head_offset,
    is_whole, may_sweep,
    filling_to, columns
FROM replication_state
WHERE location_id = %(location_id)s
