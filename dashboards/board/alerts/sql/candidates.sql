-- Registered locations that may have more of a product than they should: one look into the key's
-- index for each of the locations that are known.
SELECT
    level.location_id,
    place.name,
    place.region,
    COALESCE(place.region = here.region, false) AS same_region,
    least(level.available, level.on_hand) AS available,
    CASE WHEN policy.listed THEN greatest(policy.order_up_to, policy.reorder_point) ELSE 0 END
        AS keeps,
    COALESCE((
        SELECT sum(proposal.quantity)
        FROM restock_proposals AS proposal
        LEFT JOIN documents AS document
            ON document.document_id = proposal.proposal_id
            AND document.location_id = level.location_id
        WHERE proposal.from_location_id = level.location_id
            AND proposal.sku = level.sku
            AND proposal.kind = 'transfer'
            AND proposal.state <> 'withdrawn'
            AND document.state IS DISTINCT FROM 'closed'
            AND NOT EXISTS (
                SELECT FROM stock_ledger AS effect
                WHERE effect.location_id = level.location_id
                    AND effect.sku = level.sku
                    AND effect.reason = 'transfer_out'
                    AND effect.reference = proposal.proposal_id
                    AND effect.movement_id IS NOT NULL
            )
    ), 0)::bigint AS promised
FROM unnest(%(locations)s::text[]) AS asked (location_id)
INNER JOIN stock_levels AS level ON level.location_id = asked.location_id AND level.sku = %(sku)s
INNER JOIN locations AS place ON place.location_id = level.location_id
LEFT JOIN assortment AS policy
    ON policy.location_id = level.location_id AND policy.sku = level.sku
LEFT JOIN locations AS here ON here.location_id = %(location_id)s
WHERE level.location_id <> %(location_id)s AND level.on_hand > 0
