ORDER BY t.name
