SELECT erase_customer(%(customer_id)s) AS erased
