-- How far somebody is with some raisings of alerts.
SELECT
    location_id, sku, raised_at, acknowledged_by, acknowledged_at, owner, note, noted_by,
    noted_at, changed_by, changed_at, version
FROM unnest(%(locations)s::text[], %(skus)s::text[], %(raised)s::timestamptz[])
    AS asked (location_id, sku, raised_at)
INNER JOIN alert_handling USING (location_id, sku, raised_at)
