-- From here on nobody reads what is sealed.
DELETE FROM customer_keys WHERE customer_id = %(customer_id)s;
