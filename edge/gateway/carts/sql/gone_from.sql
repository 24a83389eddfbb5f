-- Carts of a till with which others go on, the newest first.
SELECT cart_id, held_by FROM carts
WHERE till_id = ? AND held_by <> till_id
ORDER BY touched DESC
LIMIT ?;
