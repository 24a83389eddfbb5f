-- What has been heard of each till.
SELECT location_id, till_id, epoch, last_sequence, missing, duplicates, last_seen, version
FROM till_status
