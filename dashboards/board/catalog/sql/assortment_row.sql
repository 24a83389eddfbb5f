SELECT to_jsonb(a) AS row FROM assortment AS a
WHERE location_id = %(location_id)s AND sku = %(sku)s
