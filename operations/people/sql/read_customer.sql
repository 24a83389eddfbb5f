-- What is sealed of a customer, and the wrapped key.
SELECT sealed, consents, wrapped, key_id
FROM customers LEFT JOIN customer_keys USING (customer_id) WHERE customer_id = %s;
