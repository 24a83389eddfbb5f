-- Nothing names it; its stock does not need it.
SELECT 0::bigint AS assortment,
    (SELECT count(*) FROM stock_levels
     WHERE location_id = %(location_id)s AND sku = %(sku)s AND on_hand <> 0) AS levels
