-- Rows of one kind out of their table.
DELETE FROM {table} AS held
USING jsonb_populate_recordset(NULL::{table}, %(rows)s::jsonb) AS gone
WHERE ({held}) = ({gone})
