-- What each till took, and all of them, by day.
SELECT coalesce(till_id, ''), business_date::text,
    to_jsonb(total) - ARRAY['location_id', 'till_id', 'business_date', 'version', 'as_of']
FROM checkout_totals AS total
WHERE location_id = %(location)s
ORDER BY coalesce(till_id, '') COLLATE "C", business_date
