SELECT happened_at, who, action, before, after
FROM audit_log
WHERE subject = %(subject)s AND (before IS NOT NULL OR after IS NOT NULL)
ORDER BY entry_id DESC
LIMIT %(limit)s
