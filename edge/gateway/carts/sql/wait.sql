-- A cart waits. Where its own till was given it before this was heard, that still counts: it has
-- gone on already.
INSERT INTO carts (till_id, cart_id, suspended_at, touched, lines, total_minor, training, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (till_id, cart_id) DO UPDATE SET
    suspended_at = excluded.suspended_at, touched = excluded.touched, lines = excluded.lines,
    total_minor = excluded.total_minor, training = excluded.training, body = excluded.body,
    held_by = CASE WHEN held_by = till_id AND carts.body IS NULL THEN held_by END;
