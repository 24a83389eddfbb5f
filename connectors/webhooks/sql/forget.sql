-- Deliveries that were made long ago, the oldest first and not all at once.
DELETE FROM webhook_deliveries
WHERE delivery_id IN (
    SELECT delivery_id FROM webhook_deliveries
    WHERE delivered_at < now() - make_interval(days => %(days)s)
    ORDER BY delivered_at
    LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
)
