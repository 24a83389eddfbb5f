-- Each movement, by its id, and where its own topic has it.
SELECT movement_id, sku, quantity, reason, reference, source_offset
FROM stock_ledger
WHERE location_id = %(location)s AND movement_id IS NOT NULL
ORDER BY movement_id COLLATE "C", sku COLLATE "C"
