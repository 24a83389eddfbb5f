-- An offer of a location's own, unless there is one of that id.
INSERT INTO offers (
    offer_id, location_id, sku, category, percent, price_minor, valid_from, valid_to
) VALUES (
    %(offer_id)s, %(location_id)s, %(sku)s, %(category)s, %(percent)s, %(price_minor)s,
    %(valid_from)s, %(valid_to)s
)
ON CONFLICT (offer_id) DO NOTHING
