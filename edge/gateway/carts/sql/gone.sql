-- A cart has gone on at another till than the one at which it waited.
INSERT INTO carts (till_id, cart_id, suspended_at, touched, lines, total_minor, training, body, held_by)
VALUES (?, ?, '', ?, 0, 0, 0, NULL, ?)
ON CONFLICT (till_id, cart_id) DO UPDATE SET
    touched = excluded.touched, body = NULL, held_by = excluded.held_by;
