-- Disputed returns that are due, the newest first; '' is of all locations.
SELECT receipt_no, location_id, reason, due_at, beyond, paid_minor, refunded_minor,
    sales_count, sales, returns_count, returns
FROM disputed_returns
WHERE due_at <= now()
    AND (
        %(location_id)s = ''
        OR location_id = %(location_id)s
        OR returns @> jsonb_build_array(jsonb_build_object('location_id', %(location_id)s::text))
    )
ORDER BY due_at DESC, receipt_no, location_id
LIMIT %(most)s
