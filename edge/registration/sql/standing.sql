SELECT
    (SELECT count(*) FROM devices WHERE status = 'registered') AS registered,
    (SELECT count(*) FROM devices WHERE status = 'active') AS active,
    (SELECT count(*) FROM devices WHERE status = 'revoked') AS revoked,
    (SELECT count(*) FROM device_alarms WHERE closed_at IS NULL) AS alarms,
    (
        SELECT extract(epoch FROM min(newest.ends))::float8
        FROM devices AS device
        CROSS JOIN LATERAL (
            SELECT max(held.not_after) AS ends FROM device_certificates AS held
            WHERE (held.location_id, held.till_id, held.epoch)
                = (device.location_id, device.till_id, device.epoch)
                AND held.revoked_at IS NULL
        ) AS newest
        WHERE device.status = 'active'
    ) AS first_end
