-- How far this store is with what the centre tells it, and since when nothing newer came.
SELECT state.location_id, state.applied_version, state.head_version, state.is_whole,
    (SELECT count(*) FROM replicated_aside) AS set_aside,
    least(greatest(state.changed_at, '1970-01-01 00:00Z'), '9000-01-01 00:00Z') AS told_at
FROM replication_state AS state
