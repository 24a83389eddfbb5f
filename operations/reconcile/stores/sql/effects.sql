-- Each effect of a receipt's line on stock, in the order of the numbers.
SELECT till_id, epoch, sequence, line_no, sku, quantity, reason
FROM stock_ledger
WHERE location_id = %(location)s AND till_id IS NOT NULL
ORDER BY till_id COLLATE "C", epoch, sequence, line_no
