-- Documents, the newest first, behind the one that was told last.
SELECT
    document_id, location_id, kind, other_location_id, supplier, why, note, lines, rounds, state,
    counted_at, marks, settled_at, digest, ordered_by, ordered_at, version,
    books_here(location_id) AS here
FROM documents
WHERE (%(location_id)s::text IS NULL OR location_id = %(location_id)s)
    AND (%(kind)s::text IS NULL OR kind = %(kind)s)
    AND (%(state)s::text IS NULL OR state = %(state)s)
    AND (
        %(after_time)s::timestamptz IS NULL
        OR (ordered_at, document_id, location_id)
            < (%(after_time)s::timestamptz, %(after_document)s, %(after_location)s)
    )
ORDER BY ordered_at DESC, document_id DESC, location_id DESC
LIMIT %(most)s
