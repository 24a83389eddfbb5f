SELECT customer_id, consents, has_card, sealed_fields
FROM customers_shown
WHERE customer_id = %(customer_id)s
