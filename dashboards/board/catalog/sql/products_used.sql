-- What still names the product.
SELECT
    (SELECT count(*) FROM assortment WHERE sku = %(sku)s) AS assortment,
    (SELECT count(*) FROM stock_levels WHERE sku = %(sku)s AND on_hand <> 0) AS levels
