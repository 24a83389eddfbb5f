SELECT customer_id, consents, has_card, sealed_fields
FROM customers_shown
WHERE starts_with(customer_id, %(search)s)
ORDER BY customer_id
LIMIT %(most)s
