-- How far each epoch of each till of a location was told.
SELECT
    heard.till_id, heard.epoch, heard.last_sequence, heard.missing, status.last_seen
FROM sink_tills AS heard
LEFT JOIN till_status AS status USING (location_id, till_id)
WHERE heard.location_id = %(location_id)s
