-- What some roles, and everybody (PUBLIC), may do with some tables, as far as somebody gave it to them;
-- also with single columns.
SELECT DISTINCT relname::text, grantee, privilege_type
FROM pg_class
CROSS JOIN LATERAL (
    SELECT acl.grantee, acl.privilege_type FROM aclexplode(relacl) AS acl
    UNION ALL
    SELECT acl.grantee, acl.privilege_type || ' of a column'
    FROM pg_attribute CROSS JOIN LATERAL aclexplode(attacl) AS acl
    WHERE attrelid = pg_class.oid
) AS held (grantee_oid, privilege_type)
CROSS JOIN LATERAL (
    SELECT CASE grantee_oid WHEN 0 THEN 'public' ELSE pg_get_userbyid(grantee_oid)::text END
) AS named (grantee)
WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(%(tables)s::text[])
    AND grantee = ANY(%(roles)s::text[])
