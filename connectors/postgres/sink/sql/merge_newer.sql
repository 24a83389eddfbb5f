-- Derived rows: a version that is not newer changes nothing.
INSERT INTO {table} ({columns})
SELECT {columns} FROM {staged}
ON CONFLICT ({key}) DO UPDATE
SET ({columns}) = ROW({excluded})
WHERE {table}.version < excluded.version
