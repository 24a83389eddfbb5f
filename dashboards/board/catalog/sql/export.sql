-- The next rows behind one, in the order of their names.
SELECT to_jsonb(t) AS row
FROM {table} AS t
WHERE NOT %(begun)s OR ({key}) > ({after})
ORDER BY {key}
LIMIT %(limit)s
