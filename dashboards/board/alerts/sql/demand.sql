-- What a location has of a product and should have, and what was accepted for it and is not
-- booked yet: whoever books it names the proposal as the reference. What is closed short comes no
-- more, and neither does the rest of what is booked.
SELECT
    COALESCE(level.on_hand, 0) AS on_hand,
    CASE WHEN policy.listed THEN policy.reorder_point ELSE 0 END AS reorder_point,
    CASE WHEN policy.listed THEN policy.order_up_to ELSE 0 END AS order_up_to,
    COALESCE((
        SELECT sum(greatest(0, proposal.quantity - COALESCE(came.quantity, 0)))
        FROM restock_proposals AS proposal
        LEFT JOIN LATERAL (
            SELECT sum(effect.quantity) AS quantity
            FROM stock_ledger AS effect
            WHERE effect.location_id = asked.location_id
                AND effect.sku = asked.sku
                AND effect.reason IN ('transfer_in', 'delivery')
                AND effect.reference = proposal.proposal_id
                AND effect.movement_id IS NOT NULL
        ) AS came ON true
        LEFT JOIN documents AS document
            ON document.document_id = proposal.proposal_id
            AND document.location_id = asked.location_id
        WHERE proposal.location_id = asked.location_id
            AND proposal.sku = asked.sku
            AND proposal.state = 'accepted'
            AND document.state IS DISTINCT FROM 'closed'
            AND NOT (document.state IS NOT DISTINCT FROM 'booked' AND came.quantity IS NOT NULL)
    ), 0)::bigint AS incoming,
    COALESCE(product.unit, 'each') AS unit
FROM (SELECT %(location_id)s::text AS location_id, %(sku)s::text AS sku) AS asked
LEFT JOIN stock_levels AS level USING (location_id, sku)
LEFT JOIN assortment AS policy USING (location_id, sku)
LEFT JOIN products AS product USING (sku)
