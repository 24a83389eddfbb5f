-- When somebody was erased and by whom, and how many receipts carry the id.
SELECT erased_at, erased_by, (SELECT count(*) FROM sales WHERE sales.customer_id = e.customer_id)
FROM customer_erasures AS e WHERE customer_id = %(customer_id)s;
