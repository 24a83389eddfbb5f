-- A cart is at its own till again, or has ended there. What another till has stays noted.
DELETE FROM carts
WHERE till_id = ? AND cart_id = ? AND (held_by IS NULL OR held_by = till_id);
