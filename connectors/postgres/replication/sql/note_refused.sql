-- Why rows are in no table; null where they are in theirs now.
UPDATE replicated_rows AS held
SET refused = said.why
FROM unnest(%(kinds)s::text[], %(ids)s::text[], %(whys)s::text[]) AS said (kind, id, why)
WHERE (held.kind, held.id) = (said.kind, said.id)
