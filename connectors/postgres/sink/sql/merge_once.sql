-- Rows of the inputs, some of which are there: those stay as they are. Duplicates are sifted out
-- before; the unique indexes are the second line.
INSERT INTO {table} ({columns})
SELECT {columns} FROM {staged}
ON CONFLICT DO NOTHING
