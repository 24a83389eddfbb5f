-- A customer who is to be erased, held against others who erase; the names of what is sealed.
SELECT ARRAY(SELECT jsonb_object_keys(sealed) ORDER BY 1) FROM customers
WHERE customer_id = %(customer_id)s FOR UPDATE;
