-- Transfers that are under way, and since when the oldest is. A store knows of its own side alone:
-- what it has sent comes in elsewhere, and the centre looks after it.
SELECT
    count(DISTINCT reference) AS transfers,
    coalesce(extract(epoch FROM now() - min(since)), 0)::float8 AS oldest_seconds
FROM stock_in_transit
WHERE NOT EXISTS (SELECT FROM stores WHERE here)
