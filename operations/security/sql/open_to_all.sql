-- What stands open to every role, and which of our roles stand above all grants.
SELECT 'open to every role' AS what, array_agg(DISTINCT relname::text ORDER BY relname::text)
FROM pg_class, aclexplode(relacl) AS grants
WHERE relkind IN ('r', 'p', 'v') AND relnamespace = 'public'::regnamespace AND grantee = 0
HAVING count(*) > 0
UNION ALL
SELECT 'superusers of ours', array_agg(rolname::text ORDER BY rolname)
FROM pg_roles
WHERE rolsuper AND rolcanlogin AND rolname LIKE 'tillstream%'
HAVING count(*) > 0
