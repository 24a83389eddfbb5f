UPDATE locations AS l
SET (name, kind, time_zone, region) = (
    SELECT n.name, n.kind, n.time_zone, n.region
    FROM jsonb_populate_record(NULL::locations, %(row)s::jsonb) AS n
)
WHERE l.location_id = %(location_id)s
