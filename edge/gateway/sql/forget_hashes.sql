-- Let the hashes of numbers below ?3 go, but for the row that reaches across.
DELETE FROM taken
WHERE till_id = ?1 AND epoch = ?2 AND first < (
    SELECT max(first) FROM taken WHERE till_id = ?1 AND epoch = ?2 AND first <= ?3
);
