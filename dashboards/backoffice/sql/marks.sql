-- How far each till of a location was told, in its newest epoch.
SELECT DISTINCT ON (till_id) till_id, epoch, last_sequence AS sequence
FROM sink_tills
WHERE location_id = %(location_id)s
ORDER BY till_id, epoch DESC
