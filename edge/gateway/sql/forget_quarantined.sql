-- Let go what is known of numbers below ?3.
DELETE FROM quarantined WHERE till_id = ?1 AND epoch = ?2 AND sequence < ?3;
