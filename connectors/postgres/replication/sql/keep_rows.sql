-- Rows as they came; what was wrong with them before is forgotten.
INSERT INTO replicated_rows (kind, id, version, digest, place, body)
SELECT * FROM unnest(
    %(kinds)s::text[], %(ids)s::text[], %(versions)s::bigint[], %(digests)s::bytea[],
    %(places)s::bigint[], %(bodies)s::text[]
)
ON CONFLICT (kind, id) DO UPDATE
SET version = excluded.version, digest = excluded.digest, place = excluded.place,
    body = excluded.body, refused = NULL
