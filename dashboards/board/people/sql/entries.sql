-- The newest entries before one, of whom or of what is searched for.
SELECT entry_id, happened_at, who, address, action, subject
FROM audit_log
WHERE entry_id < %(before)s
    AND (
        %(search)s = ''
        OR position(lower(%(search)s) IN lower(who)) > 0
        OR position(lower(%(search)s) IN lower(subject)) > 0
        OR position(lower(%(search)s) IN lower(action)) > 0
        OR address = %(search)s
    )
ORDER BY entry_id DESC
LIMIT %(limit)s
