-- The row, which readers of the topic hear of by a tombstone.
DELETE FROM customers WHERE customer_id = %(customer_id)s;
