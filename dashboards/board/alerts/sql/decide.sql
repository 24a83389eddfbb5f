-- Accept or withdraw the open proposal of that id.
UPDATE restock_proposals
SET state = %(state)s, decided_by = %(decided_by)s, decided_at = %(decided_at)s,
    version = version + 1
WHERE proposal_id = %(proposal_id)s
    AND location_id = %(location_id)s AND sku = %(sku)s AND raised_at = %(raised_at)s
    AND state = 'proposed'
RETURNING proposal_id, kind, from_location_id, quantity
