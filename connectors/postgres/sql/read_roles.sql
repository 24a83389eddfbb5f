-- Which of some roles there are, and whether each is what it should be: one that logs in, replicates
-- only where it must, and has no power beyond.
SELECT rolname::text, rolcanlogin AND rolreplication = (rolname = %(replicates)s)
    AND NOT (rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls)
FROM pg_roles
WHERE rolname = ANY(%(roles)s::text[])
