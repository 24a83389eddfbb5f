-- The offer is no more.
DELETE FROM offers WHERE offer_id = %(offer_id)s AND location_id = %(location_id)s
