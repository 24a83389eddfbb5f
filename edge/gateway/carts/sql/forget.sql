-- What was touched too long ago, or has too many newer ones before it.
DELETE FROM carts
WHERE touched < ? OR rowid IN (SELECT rowid FROM carts ORDER BY touched DESC LIMIT -1 OFFSET ?);
