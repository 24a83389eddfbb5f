-- What became of a row in a version.
INSERT INTO catalog_rows (kind, id, row, changed_in) VALUES (?, ?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE SET row = excluded.row, changed_in = excluded.changed_in;
