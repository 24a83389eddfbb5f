-- Key and row are deleted, and a proof is kept; false where there is no such customer.
SELECT erase_customer(%(customer_id)s);
