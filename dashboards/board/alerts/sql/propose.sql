-- One more proposal.
INSERT INTO restock_proposals (
    kind, location_id, sku, raised_at, from_location_id, quantity, reason, proposed_by, proposed_at
) VALUES (
    %(kind)s, %(location_id)s, %(sku)s, %(raised_at)s, %(from_location_id)s, %(quantity)s,
    %(reason)s, %(proposed_by)s, %(proposed_at)s
)
