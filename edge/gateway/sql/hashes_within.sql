-- The rows of hashes that may have numbers within ?3 to ?4: rows do not overlap.
SELECT first, hashes
FROM taken
WHERE till_id = ?1 AND epoch = ?2 AND first <= ?4
    AND first >= coalesce(
        (SELECT max(first) FROM taken WHERE till_id = ?1 AND epoch = ?2 AND first <= ?3), 0
    );
