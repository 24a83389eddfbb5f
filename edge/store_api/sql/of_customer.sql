WHERE kind = 'sale' AND customer_id = %(customer_id)s
ORDER BY occurred_at DESC
LIMIT %(most)s
