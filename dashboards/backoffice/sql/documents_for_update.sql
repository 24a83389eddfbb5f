-- The rows of a document, of a transfer both, for nobody else to change meanwhile. Always in the
-- same order, so that two who lock both do not wait for each other.
SELECT
    document_id, location_id, kind, other_location_id, supplier, why, note, lines, rounds, state,
    counted_at, marks, settled_at, digest, ordered_by, ordered_at, version
FROM documents
WHERE document_id = %(document_id)s
ORDER BY kind DESC
FOR UPDATE
