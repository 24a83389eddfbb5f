-- The columns of some tables and their types.
SELECT table_name::text, column_name::text, udt_name::text FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = ANY(%(tables)s::text[])
ORDER BY 1, 2
