-- Forks within the numbers ?3 to ?4 that were passed on.
SELECT sequence, hash
FROM forks
WHERE till_id = ?1 AND epoch = ?2 AND sequence BETWEEN ?3 AND ?4;
