-- The handling of every alert that is raised, and whatever was touched lately: the table of
-- alerts may be a moment behind what the boards hear.
SELECT
    handling.location_id, handling.sku, handling.raised_at, handling.acknowledged_by,
    handling.acknowledged_at, handling.owner, handling.note, handling.noted_by,
    handling.noted_at, handling.changed_by, handling.changed_at, handling.version
FROM restock_alerts AS alert
INNER JOIN alert_handling AS handling USING (location_id, sku, raised_at)
WHERE alert.state = 'raised'
UNION
SELECT
    location_id, sku, raised_at, acknowledged_by, acknowledged_at, owner, note, noted_by,
    noted_at, changed_by, changed_at, version
FROM alert_handling
WHERE changed_at > now() - interval '1 hour'
