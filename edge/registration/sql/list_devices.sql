-- Devices with the end of their newest certificate, open vouchers and alarms.
SELECT device.location_id, device.till_id, device.status, device.epoch, device.changed_at,
    (
        SELECT max(held.not_after) FROM device_certificates AS held
        WHERE (held.location_id, held.till_id, held.epoch)
            = (device.location_id, device.till_id, device.epoch) AND held.revoked_at IS NULL
    ) AS certificate_ends,
    (
        SELECT count(*) FROM device_vouchers AS open
        WHERE (open.location_id, open.till_id) = (device.location_id, device.till_id)
            AND NOT open.is_spare AND open.spent_for IS NULL AND open.cancelled_at IS NULL
            AND open.epoch > device.epoch AND open.expires_at > %(now)s
    ) AS vouchers,
    (
        SELECT count(*) FROM device_vouchers AS spare
        WHERE (spare.location_id, spare.till_id) = (device.location_id, device.till_id)
            AND spare.is_spare AND spare.spent_for IS NULL AND spare.cancelled_at IS NULL
            AND spare.epoch > device.epoch AND spare.expires_at > %(now)s
    ) AS spares,
    ARRAY(
        SELECT alarm.kind FROM device_alarms AS alarm
        WHERE (alarm.location_id, alarm.till_id) = (device.location_id, device.till_id)
            AND alarm.closed_at IS NULL
        ORDER BY alarm.kind
    ) AS alarms
FROM devices AS device
WHERE %(location_id)s::text IS NULL OR device.location_id = %(location_id)s
ORDER BY device.location_id, device.till_id
LIMIT %(limit)s
