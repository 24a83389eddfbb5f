-- The key of a version that was only asked for.
UPDATE card_keys SET wrapped = %(wrapped)s, key_id = %(key_id)s
WHERE scope = %(scope)s AND version = %(version)s AND wrapped IS NULL;
