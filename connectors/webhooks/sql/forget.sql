-- Deliveries that were made long ago.
DELETE FROM webhook_deliveries WHERE delivered_at < now() - make_interval(days => %(days)s)
