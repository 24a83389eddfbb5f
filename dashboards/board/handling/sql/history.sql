-- What was done about a raising, the newest first.
SELECT happened_at, who, action, after
FROM audit_log
WHERE subject = %(subject)s
ORDER BY entry_id DESC
LIMIT %(most)s
