-- What has been heard of each till.
SELECT
    location_id, till_id, epoch, last_sequence, missing, missing_count, older, quarantined,
    duplicates, forks, unlisted, last_seen, version, last_hash
FROM till_status
