-- Let the oldest that have expired go: at most as many as the second parameter.
DELETE FROM nonces WHERE nonce IN (
    SELECT nonce FROM nonces WHERE expires < ?1 ORDER BY expires LIMIT ?2
);
