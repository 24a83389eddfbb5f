-- The newest version of each alert in a batch.
INSERT INTO webhook_versions (subject, version)
SELECT told.subject, max(told.version)
FROM unnest(%(subjects)s::text[], %(versions)s::bigint[]) AS told (subject, version)
GROUP BY told.subject
ON CONFLICT (subject) DO UPDATE
SET version = excluded.version
WHERE webhook_versions.version < excluded.version
