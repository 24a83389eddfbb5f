-- The version that counts.
SELECT version, wrapped, key_id FROM card_keys WHERE scope = %(scope)s
ORDER BY version DESC LIMIT 1;
