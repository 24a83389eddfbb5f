-- Each till's newest epoch and the open ones before it as the workers have them, and as the sink
-- has counted them. Operators' decisions are known to the workers alone: what was closed is taken
-- off by the caller, which therefore gets all that is missing.
WITH counted AS (
    SELECT DISTINCT ON (location_id, till_id)
        location_id, till_id, epoch, last_sequence, missing
    FROM sink_tills
    WHERE %(locations)s::text[] IS NULL OR location_id = ANY (%(locations)s)
    ORDER BY location_id, till_id, epoch DESC
),
status AS (
    SELECT location_id, till_id, epoch, last_sequence, missing, missing_count, older, quarantined
    FROM till_status
    WHERE %(locations)s::text[] IS NULL OR location_id = ANY (%(locations)s)
),
open_epochs AS (
    SELECT status.location_id, status.till_id, status.epoch AS epoch, TRUE AS is_newest
    FROM status
    UNION ALL
    SELECT status.location_id, status.till_id, each.epoch, FALSE
    FROM status, jsonb_to_recordset(status.older) AS each (epoch bigint)
),
of_open_epochs AS (
    SELECT location_id, till_id,
        coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'epoch', epoch, 'last_sequence', last_sequence, 'missing', missing
                )
                ORDER BY epoch
            ) FILTER (WHERE NOT is_newest),
            '[]'
        ) AS older,
        coalesce(sum(unreadable.numbers), 0) AS quarantined
    FROM open_epochs
    JOIN sink_tills USING (location_id, till_id, epoch)
    LEFT JOIN LATERAL (
        SELECT sum((span ->> 1)::bigint - (span ->> 0)::bigint + 1) AS numbers
        FROM jsonb_array_elements(sink_tills.quarantined) AS each (span)
    ) AS unreadable ON TRUE
    GROUP BY location_id, till_id
),
expected AS (
    SELECT counted.*,
        (
            SELECT coalesce(sum((span ->> 1)::bigint - (span ->> 0)::bigint + 1), 0)
            FROM jsonb_array_elements(counted.missing) AS each (span)
        ) AS missing_count,
        coalesce(of_open_epochs.older, '[]') AS older,
        coalesce(of_open_epochs.quarantined, 0) AS quarantined
    FROM counted
    LEFT JOIN of_open_epochs USING (location_id, till_id)
)
SELECT
    coalesce(expected.location_id, status.location_id) AS location_id,
    coalesce(expected.till_id, status.till_id) AS till_id,
    to_jsonb(expected) - ARRAY['location_id', 'till_id'] AS expected,
    to_jsonb(status) - ARRAY['location_id', 'till_id'] AS found
FROM expected
FULL JOIN status USING (location_id, till_id)
WHERE to_jsonb(expected) IS DISTINCT FROM to_jsonb(status)
ORDER BY 1, 2
