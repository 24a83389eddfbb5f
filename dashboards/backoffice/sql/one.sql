-- A document, of a transfer both sides.
SELECT
    document_id, location_id, kind, other_location_id, supplier, why, note, lines, rounds, state,
    counted_at, marks, settled_at, digest, ordered_by, ordered_at, version,
    books_here(location_id) AS here
FROM documents
WHERE document_id = %(document_id)s
ORDER BY kind DESC
