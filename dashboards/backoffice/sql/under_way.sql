-- What has left by transfers and has not come under the same reference, the oldest first.
SELECT
    held.reference, held.sku, product.name, held.from_location_id,
    coalesce(held.to_location_id, document.other_location_id) AS to_location_id,
    held.quantity::bigint AS quantity, held.since
FROM stock_in_transit AS held
LEFT JOIN documents AS document
    ON document.document_id = held.reference AND document.location_id = held.from_location_id
LEFT JOIN products AS product ON product.sku = held.sku
WHERE held.quantity BETWEEN -9007199254740991 AND 9007199254740991
    AND (
        %(location_id)s::text IS NULL
        OR %(location_id)s IN (held.from_location_id, held.to_location_id)
        OR %(location_id)s = document.other_location_id
    )
ORDER BY held.since, held.reference, held.sku
LIMIT %(most)s
