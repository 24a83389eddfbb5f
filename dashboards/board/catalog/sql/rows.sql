-- Those of some rows that are there, and stay until the transaction ends.
SELECT to_jsonb(t) AS row
FROM {table} AS t
JOIN jsonb_populate_recordset(NULL::{table}, %(rows)s::jsonb) AS n ON {same}
FOR UPDATE OF t
