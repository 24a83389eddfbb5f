UPDATE {table} AS t
SET ({columns}) = (SELECT {new})
FROM jsonb_populate_recordset(NULL::{table}, %(rows)s::jsonb) AS n
WHERE {same}
