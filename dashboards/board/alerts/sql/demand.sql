-- What a location has of a product and should have, and what was accepted for it and is not
-- booked yet: whoever books it names the proposal as the reference.
SELECT
    COALESCE(level.on_hand, 0) AS on_hand,
    CASE WHEN policy.listed THEN policy.reorder_point ELSE 0 END AS reorder_point,
    CASE WHEN policy.listed THEN policy.order_up_to ELSE 0 END AS order_up_to,
    COALESCE((
        SELECT sum(proposal.quantity)
        FROM restock_proposals AS proposal
        WHERE proposal.location_id = asked.location_id
            AND proposal.sku = asked.sku
            AND proposal.state = 'accepted'
            AND NOT EXISTS (
                SELECT FROM stock_ledger AS effect
                WHERE effect.location_id = asked.location_id
                    AND effect.sku = asked.sku
                    AND effect.reason IN ('transfer_in', 'delivery')
                    AND effect.reference = proposal.proposal_id
            )
    ), 0)::bigint AS incoming,
    COALESCE(product.unit, 'each') AS unit
FROM (SELECT %(location_id)s::text AS location_id, %(sku)s::text AS sku) AS asked
LEFT JOIN stock_levels AS level USING (location_id, sku)
LEFT JOIN assortment AS policy USING (location_id, sku)
LEFT JOIN products AS product USING (sku)
