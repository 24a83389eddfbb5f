-- What a location's gateway must know of its tills: one row for each epoch of which a certificate
-- might still be shown, and for each till that is awaited. One statement, so one moment.
SELECT list.number, device.till_id, device.status,
    coalesce(held.epoch, device.highest_epoch) AS epoch,
    held.epoch = device.epoch AND device.status = 'active' AS current,
    coalesce(held.certificates, '{}') AS certificates
FROM device_lists AS list
LEFT JOIN devices AS device USING (location_id)
LEFT JOIN LATERAL (
    SELECT each.epoch, array_agg(encode(each.certificate_sha256, 'hex') ORDER BY each.issued_at)
        AS certificates
    FROM device_certificates AS each
    WHERE (each.location_id, each.till_id) = (device.location_id, device.till_id)
        AND each.not_after > %(ended_before)s
    GROUP BY each.epoch
) AS held ON true
WHERE list.location_id = %(location_id)s
ORDER BY device.till_id, epoch
