-- What has left each location and has not come in anywhere, and since when.
SELECT from_location_id AS location_id, count(DISTINCT sku) AS products,
    least(greatest(min(since), '1970-01-01 00:00Z'), '9000-01-01 00:00Z') AS since
FROM stock_in_transit
WHERE from_location_id IS NOT NULL AND quantity > 0
GROUP BY from_location_id
