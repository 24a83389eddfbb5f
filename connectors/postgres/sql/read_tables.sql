-- Tables of this schema, of some names.
SELECT relname::text
FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
    AND relname = ANY(%(tables)s::text[])
