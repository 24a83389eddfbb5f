-- Note on which day the centre had all of an epoch up to a number.
INSERT INTO confirmed (epoch, day, safe_to) VALUES (?1, ?2, ?3)
ON CONFLICT (epoch, day) DO UPDATE SET safe_to = excluded.safe_to
WHERE safe_to <> excluded.safe_to
