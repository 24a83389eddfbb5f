-- Failed sign-ins from an address, and those of one name from it since it last succeeded there.
SELECT
    count(*) FILTER (
        WHERE action = 'sign_in.refused' AND subject = %(subject)s AND entry_id > coalesce(
            (SELECT max(s.entry_id) FROM audit_log AS s
             WHERE s.action = 'sign_in' AND s.subject = %(subject)s AND s.address = %(address)s
                AND s.happened_at > now() - %(window)s), 0)
    ) AS by_name,
    count(*) FILTER (WHERE action = 'sign_in.refused') AS by_address
FROM audit_log
WHERE action IN ('sign_in', 'sign_in.refused') AND address = %(address)s
    AND happened_at > now() - %(window)s
