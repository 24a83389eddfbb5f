UPDATE assortment AS a
SET (listed, reorder_point, order_up_to, hysteresis) = (
    SELECT n.listed, n.reorder_point, n.order_up_to, n.hysteresis
    FROM jsonb_populate_record(NULL::assortment, %(row)s::jsonb) AS n
)
WHERE a.location_id = %(location_id)s AND a.sku = %(sku)s
