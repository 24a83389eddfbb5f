-- Rows of some kinds that are in no table yet, the first to come first; what is not known stays so
-- until this release does.
SELECT kind, id, body FROM replicated_rows
WHERE refused IS NOT NULL AND refused <> %(unknown)s AND kind = ANY(%(kinds)s::text[])
ORDER BY place
LIMIT %(most)s
