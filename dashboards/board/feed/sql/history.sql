-- What was done to a thing, the newest first.
SELECT happened_at, who, action, before, after
FROM audit_log
WHERE subject = %(subject)s AND (before IS NOT NULL OR after IS NOT NULL)
ORDER BY entry_id DESC
LIMIT %(most)s
