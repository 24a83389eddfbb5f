-- The centre has told something newer.
INSERT INTO heard VALUES (?1, ?2, ?3)
ON CONFLICT (kind, id) DO UPDATE SET value = excluded.value;
