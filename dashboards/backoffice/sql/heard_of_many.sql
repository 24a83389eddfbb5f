-- What the ledger has under some documents' ids, each at its location.
SELECT effect.reference AS document_id, effect.location_id, effect.sku,
    sum(effect.quantity)::bigint AS quantity
FROM unnest(%(document_ids)s::text[], %(location_ids)s::text[])
    AS asked (document_id, location_id)
INNER JOIN stock_ledger AS effect
    ON effect.reference = asked.document_id AND effect.location_id = asked.location_id
    AND effect.movement_id IS NOT NULL
GROUP BY effect.reference, effect.location_id, effect.sku
