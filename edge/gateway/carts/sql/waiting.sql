-- Carts with which the asking till may go on, the newest first.
SELECT till_id, cart_id, suspended_at, lines, total_minor, training FROM carts
WHERE body IS NOT NULL AND (held_by IS NULL OR held_by = ?)
ORDER BY touched DESC
LIMIT ?;
