-- Rows of one kind into their table, under the columns that they name; what is there already in the
-- same words stays untouched.
INSERT INTO {table} AS held ({columns})
SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %(rows)s::jsonb)
ON CONFLICT ({key}) DO UPDATE SET ({columns}) = ROW ({excluded})
WHERE ({held}) IS DISTINCT FROM ({excluded})
