-- A customer with their key.
WITH added AS (
    INSERT INTO customers (customer_id, card_hash, sealed, consents)
    VALUES (%(customer_id)s, %(card_hash)s, %(sealed)s, %(consents)s)
    RETURNING customer_id
)
INSERT INTO customer_keys (customer_id, wrapped, key_id)
SELECT customer_id, %(wrapped)s, %(key_id)s FROM added;
