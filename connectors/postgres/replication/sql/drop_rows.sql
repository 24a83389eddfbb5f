-- What is gone.
DELETE FROM replicated_rows AS held
USING unnest(%(kinds)s::text[], %(ids)s::text[]) AS gone (kind, id)
WHERE (held.kind, held.id) = (gone.kind, gone.id)
