-- What is known of how fresh each location's figures are, from behind one of them. Locations that
-- are registered, and those of which a till was heard.
SELECT
    place.location_id,
    -- A till or a movement may say a year that nobody can read.
    CASE WHEN heard.at IS NOT NULL THEN
        least(greatest(heard.at, '1970-01-01 00:00Z'), '9000-01-01 00:00Z') AT TIME ZONE 'UTC'
    END AS heard_at,
    least(coalesce(heard.missing_events, 0), 9007199254740991)::bigint AS missing_events,
    coalesce(left_for.products, 0) AS in_transit_products,
    CASE WHEN left_for.since IS NOT NULL THEN
        least(greatest(left_for.since, '1970-01-01 00:00Z'), '9000-01-01 00:00Z')
        AT TIME ZONE 'UTC'
    END AS in_transit_since
FROM (
    SELECT location_id FROM locations
    UNION
    SELECT location_id FROM till_status
) AS place
LEFT JOIN LATERAL (
    SELECT max(last_seen) AS at,
        sum(missing_count + coalesce((
            SELECT sum((span ->> 1)::numeric - (span ->> 0)::numeric + 1)
            FROM jsonb_array_elements(older) AS epoch (told)
            CROSS JOIN jsonb_array_elements(epoch.told -> 'missing') AS missed (span)
        ), 0)) AS missing_events
    FROM till_status
    WHERE till_status.location_id = place.location_id
) AS heard ON true
LEFT JOIN LATERAL (
    SELECT count(DISTINCT sku) AS products, min(since) AS since
    FROM stock_in_transit
    WHERE from_location_id = place.location_id AND quantity > 0
) AS left_for ON true
WHERE place.location_id > %(after_location)s
    AND (%(location_id)s::text IS NULL OR place.location_id = %(location_id)s)
ORDER BY place.location_id
LIMIT %(rows)s
