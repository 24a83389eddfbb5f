-- Who this session is, whether no grant binds it, and how many tables it owns.
SELECT
    session_user::text,
    (SELECT rolsuper FROM pg_roles WHERE rolname = session_user),
    (
        SELECT count(*)
        FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner
        WHERE relkind IN ('r', 'p') AND rolname = session_user
            AND relnamespace = 'public'::regnamespace
    )
