-- On hand as the workers have it, and as the ledger adds up. A level without a row in the
-- ledger is right at 0: its product has only been in carts.
WITH ledger AS (
    SELECT location_id, sku, sum(quantity) AS quantity
    FROM stock_ledger
    WHERE %(locations)s::text[] IS NULL OR location_id = ANY (%(locations)s)
    GROUP BY location_id, sku
),
levels AS (
    SELECT location_id, sku, on_hand
    FROM stock_levels
    WHERE %(locations)s::text[] IS NULL OR location_id = ANY (%(locations)s)
)
SELECT location_id, sku, coalesce(ledger.quantity, 0), levels.on_hand
FROM ledger
FULL JOIN levels USING (location_id, sku)
WHERE levels.on_hand IS DISTINCT FROM coalesce(ledger.quantity, 0)
ORDER BY location_id, sku
