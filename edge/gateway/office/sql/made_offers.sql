-- Offers that were made here, also those that are no more. What ended long ago comes down no more.
SELECT own.offer_id
FROM own_offers AS own
LEFT JOIN offers AS offer ON offer.offer_id = own.offer_id AND offer.location_id = %(location_id)s
WHERE own.made_at > now() - interval '400 days' OR offer.valid_to > now() - interval '1 day'
ORDER BY own.offer_id
