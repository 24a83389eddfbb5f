-- A document in another state; with marks, its count begins now.
UPDATE documents
SET state = %(state)s,
    marks = coalesce(%(marks)s, marks),
    counted_at = CASE WHEN %(marks)s::jsonb IS NULL THEN counted_at ELSE now() END,
    version = version + 1
WHERE document_id = %(document_id)s AND location_id = %(location_id)s
RETURNING
    document_id, location_id, kind, other_location_id, supplier, why, note, lines, rounds, state,
    counted_at, marks, settled_at, digest, ordered_by, ordered_at, version
