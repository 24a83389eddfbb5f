-- Of these, those that there are, and that have not ended long ago.
SELECT
    offer.offer_id, offer.location_id, offer.sku, offer.category, offer.percent, offer.price_minor,
    offer.valid_from, offer.valid_to
FROM offers AS offer
INNER JOIN own_offers AS own USING (offer_id)
WHERE offer.location_id = %(location_id)s AND offer.valid_to > now() - interval '1 day'
ORDER BY offer.offer_id
