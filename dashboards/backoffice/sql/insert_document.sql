-- A document, unless there is one of that id.
INSERT INTO documents (
    document_id, location_id, kind, other_location_id, supplier, why, note, lines, rounds, digest,
    ordered_by
) VALUES (
    %(document_id)s, %(location_id)s, %(kind)s, %(other_location_id)s, %(supplier)s, %(why)s,
    %(note)s, %(lines)s, %(rounds)s, %(digest)s, %(ordered_by)s
)
ON CONFLICT DO NOTHING
RETURNING
    document_id, location_id, kind, other_location_id, supplier, why, note, lines, rounds, state,
    counted_at, marks, settled_at, digest, ordered_by, ordered_at, version
