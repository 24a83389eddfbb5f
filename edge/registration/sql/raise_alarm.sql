INSERT INTO device_alarms (location_id, till_id, kind, key_sha256, raised_at)
VALUES (%(location_id)s, %(till_id)s, %(kind)s, %(key_sha256)s, %(now)s)
ON CONFLICT (location_id, till_id, kind) WHERE closed_at IS NULL DO NOTHING
