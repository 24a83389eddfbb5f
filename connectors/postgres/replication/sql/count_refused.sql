-- How many rows are in no table, by whether their kind is one that this release knows.
SELECT count(*) FILTER (WHERE kind = ANY(%(known)s::text[])),
    count(*) FILTER (WHERE kind <> ALL(%(known)s::text[]))
FROM replicated_rows
WHERE refused IS NOT NULL
