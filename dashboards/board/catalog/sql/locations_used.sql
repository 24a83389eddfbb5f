-- What still names the location.
SELECT
    (SELECT count(*) FROM assortment WHERE location_id = %(location_id)s) AS assortment,
    (SELECT count(*) FROM stock_levels
     WHERE location_id = %(location_id)s AND on_hand <> 0) AS levels
