-- A customer's newest receipts here.
SELECT body FROM receipts
WHERE customer_id = ? AND type = 'cart_completed'
ORDER BY business_date DESC, till_id, epoch DESC, sequence DESC
LIMIT ?;
