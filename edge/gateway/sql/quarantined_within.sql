-- Numbers within ?3 to ?4 whose events nobody could read, and why.
SELECT sequence, reason
FROM quarantined
WHERE till_id = ?1 AND epoch = ?2 AND sequence BETWEEN ?3 AND ?4;
