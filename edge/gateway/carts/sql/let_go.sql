-- A till does not go on with a cart that it was given: it waits again.
UPDATE carts SET held_by = NULL WHERE till_id = ? AND cart_id = ? AND held_by = ? AND body IS NOT NULL;
