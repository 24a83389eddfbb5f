-- What has been counted of each till's epoch.
SELECT
    sink_tills.location_id, sink_tills.till_id, sink_tills.epoch,
    last_sequence, missing, quarantined
FROM sink_tills
JOIN unnest(%(locations)s::text[], %(tills)s::text[], %(epochs)s::bigint[])
    AS asked (location_id, till_id, epoch)
    USING (location_id, till_id, epoch)
