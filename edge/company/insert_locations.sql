-- The simulated locations. What a person has changed since stays as it is.
INSERT INTO locations (location_id, name, kind, time_zone, region)
SELECT location_id, name, kind, time_zone, region
FROM jsonb_to_recordset(%(rows)s::jsonb) AS given (
    location_id text, name text, kind text, time_zone text, region text
)
ON CONFLICT DO NOTHING;
