-- Of the key, whose index gives it.
ORDER BY t.location_id, t.sku
