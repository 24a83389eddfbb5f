-- The proof, which outlives the person.
INSERT INTO customer_erasures (customer_id, erased_by, fields)
VALUES (%(customer_id)s, %(erased_by)s, %(fields)s);
