-- Some of what rows name that is not there.
SELECT DISTINCT n.{name} AS id
FROM jsonb_populate_recordset(NULL::{table}, %(rows)s::jsonb) AS n
WHERE n.{name} IS NOT NULL AND NOT EXISTS (SELECT FROM {home} AS h WHERE h.{name} = n.{name})
ORDER BY 1
LIMIT 5
