-- The handling as it is to be, unless somebody else has changed it since it was read: then no
-- row comes back.
INSERT INTO alert_handling AS held (
    location_id, sku, raised_at, acknowledged_by, acknowledged_at, owner, note, noted_by,
    noted_at, changed_by, changed_at, version
) VALUES (
    %(location_id)s, %(sku)s, %(raised_at)s, %(acknowledged_by)s, %(acknowledged_at)s, %(owner)s,
    %(note)s, %(noted_by)s, %(noted_at)s, %(changed_by)s, %(changed_at)s, 1
)
ON CONFLICT (location_id, sku, raised_at) DO UPDATE SET
    acknowledged_by = excluded.acknowledged_by,
    acknowledged_at = excluded.acknowledged_at,
    owner = excluded.owner,
    note = excluded.note,
    noted_by = excluded.noted_by,
    noted_at = excluded.noted_at,
    changed_by = excluded.changed_by,
    changed_at = excluded.changed_at,
    version = held.version + 1
WHERE held.version = %(version)s
RETURNING
    location_id, sku, raised_at, acknowledged_by, acknowledged_at, owner, note, noted_by,
    noted_at, changed_by, changed_at, version
