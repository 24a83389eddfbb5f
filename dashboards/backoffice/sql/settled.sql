-- A count that was corrected once more, or is settled for good.
UPDATE documents
SET settled_at = CASE WHEN %(is_settled)s THEN now() END, version = version + 1
WHERE document_id = %(document_id)s AND location_id = %(location_id)s
