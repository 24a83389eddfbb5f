-- What waits to be told, the first to be written first.
SELECT place, kind, body FROM outbox ORDER BY place LIMIT %(most)s
