-- What was proposed for some raisings of alerts.
SELECT
    proposal_id, kind, location_id, sku, raised_at, from_location_id, quantity, reason, state,
    proposed_by, proposed_at, decided_by, decided_at, version
FROM unnest(%(locations)s::text[], %(skus)s::text[], %(raised)s::timestamptz[])
    AS asked (location_id, sku, raised_at)
INNER JOIN restock_proposals USING (location_id, sku, raised_at)
