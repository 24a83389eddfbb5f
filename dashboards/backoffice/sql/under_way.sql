-- What has left by transfers of the last 400 days, less what has come under the same reference.
WITH sent AS (
    SELECT
        reference, sku, location_id AS from_location_id,
        -sum(quantity) AS quantity, min(occurred_at) AS since
    FROM stock_ledger
    WHERE reason = 'transfer_out'
        AND occurred_at > now() - interval '400 days'
        AND reference IS NOT NULL
    GROUP BY reference, sku, location_id
)
SELECT
    sent.reference, sent.sku, product.name, sent.from_location_id,
    coalesce(document.other_location_id, came.location_id) AS to_location_id,
    (sent.quantity - coalesce(came.quantity, 0))::bigint AS quantity, sent.since
FROM sent
LEFT JOIN LATERAL (
    SELECT sum(effect.quantity) AS quantity, min(effect.location_id) AS location_id
    FROM stock_ledger AS effect
    WHERE effect.reference = sent.reference
        AND effect.sku = sent.sku
        AND effect.movement_id IS NOT NULL
        AND effect.reason = 'transfer_in'
) AS came ON true
LEFT JOIN documents AS document
    ON document.document_id = sent.reference AND document.location_id = sent.from_location_id
LEFT JOIN products AS product ON product.sku = sent.sku
WHERE sent.quantity <> coalesce(came.quantity, 0)
    AND (
        %(location_id)s::text IS NULL
        OR %(location_id)s IN (sent.from_location_id, document.other_location_id, came.location_id)
    )
ORDER BY sent.since, sent.reference, sent.sku
LIMIT %(most)s
