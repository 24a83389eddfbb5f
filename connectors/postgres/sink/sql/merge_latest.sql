-- Rows that only the sink writes, and replaces.
INSERT INTO {table} ({columns})
SELECT {columns} FROM {staged}
ON CONFLICT ({key}) DO UPDATE SET ({columns}) = ROW({excluded})
