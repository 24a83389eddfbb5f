SELECT erased_at, erased_by,
    (SELECT count(*) FROM sales WHERE sales.customer_id = e.customer_id) AS receipts
FROM customer_erasures AS e
WHERE customer_id = %(customer_id)s
