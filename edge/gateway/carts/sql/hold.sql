-- A till goes on with a cart: others are told that it has it.
INSERT INTO carts
    (till_id, cart_id, suspended_at, touched, lines, total_minor, training, held_by)
VALUES (?, ?, '', ?, 0, 0, 0, ?)
ON CONFLICT (till_id, cart_id) DO UPDATE SET touched = excluded.touched, held_by = excluded.held_by;
