-- What is kept of what the centre told, of one kind.
SELECT id, value FROM heard WHERE kind = ?1 ORDER BY id;
