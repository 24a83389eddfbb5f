-- Rows of the inputs: one that is there stays as it is. Duplicates are sifted out before; the
-- unique indexes are the second line.
INSERT INTO {table} ({columns})
SELECT {columns} FROM {staged}
ON CONFLICT DO NOTHING
