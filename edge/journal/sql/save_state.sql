-- Keep a piece of the service's state.
INSERT INTO state (name, value) VALUES (?1, ?2)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
