-- Each till's newest epoch as the workers have it, and as the sink has counted it. Where two
-- locations use one till id in the same epoch, the one that the workers show is compared.
WITH counted AS (
    SELECT DISTINCT ON (sink_tills.till_id)
        sink_tills.location_id, sink_tills.till_id, sink_tills.epoch,
        sink_tills.last_sequence, sink_tills.missing
    FROM sink_tills
    LEFT JOIN till_status USING (till_id)
    ORDER BY
        sink_tills.till_id,
        sink_tills.epoch DESC,
        sink_tills.location_id IS DISTINCT FROM till_status.location_id
),
status AS (
    SELECT location_id, till_id, epoch, last_sequence, missing
    FROM till_status
)
SELECT
    coalesce(counted.location_id, status.location_id) AS location_id,
    coalesce(counted.till_id, status.till_id) AS till_id,
    to_jsonb(counted) - ARRAY['till_id'] AS expected,
    to_jsonb(status) - ARRAY['till_id'] AS found
FROM counted
FULL JOIN status ON counted.till_id = status.till_id
WHERE to_jsonb(counted) IS DISTINCT FROM to_jsonb(status)
    AND (
        %(locations)s::text[] IS NULL
        OR counted.location_id = ANY (%(locations)s)
        OR status.location_id = ANY (%(locations)s)
    )
ORDER BY 1, 2
