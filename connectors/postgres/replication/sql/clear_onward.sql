-- What was told, unless it has changed since.
DELETE FROM replicated_onward AS marked
USING unnest(%(kinds)s::text[], %(ids)s::text[], %(places)s::bigint[]) AS told (kind, id, place)
WHERE (marked.kind, marked.id, marked.place) = (told.kind, told.id, told.place)
