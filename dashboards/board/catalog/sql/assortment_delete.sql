DELETE FROM assortment WHERE location_id = %(location_id)s AND sku = %(sku)s
