-- Moves on from where the mover believes it to be; of two that move at once, one moves nothing.
UPDATE replication_state
SET topic_id = %(topic_id)s,
    next_offset = %(next_offset)s,
    applied_version = %(applied_version)s,
    place = %(place)s,
    feed = %(feed)s,
    head_version = %(head_version)s,
    head_offset = %(head_offset)s,
    is_whole = %(is_whole)s,
    may_sweep = %(may_sweep)s,
    filling_to = %(filling_to)s,
    changed_at = now()
WHERE location_id = %(location_id)s
    AND (topic_id, next_offset, place) = (%(was_topic_id)s, %(was_offset)s, %(was_place)s)
    AND filling_to IS NOT DISTINCT FROM %(was_filling_to)s
