-- What changed is to be told; what waits already is told as it stands by then.
INSERT INTO replicated_onward (kind, id, place)
SELECT * FROM unnest(%(kinds)s::text[], %(ids)s::text[], %(places)s::bigint[])
ON CONFLICT (kind, id) DO UPDATE SET place = excluded.place
