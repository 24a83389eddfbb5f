-- What waits to be told, the first to change first, and how it stands; null where it is gone.
SELECT marked.kind, marked.id, marked.place, held.body
FROM replicated_onward AS marked
LEFT JOIN replicated_rows AS held USING (kind, id)
ORDER BY marked.place, marked.kind, marked.id
LIMIT %(most)s
