UPDATE customers_shown SET consents = %(consents)s
WHERE customer_id = %(customer_id)s AND consents = %(before)s
