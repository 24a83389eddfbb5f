-- Until the end of the transaction nobody else proposes a transfer of the product: two at once
-- would both promise the same surplus.
SELECT pg_advisory_xact_lock(hashtextextended('restock_proposals/' || %(sku)s::text, 0))
