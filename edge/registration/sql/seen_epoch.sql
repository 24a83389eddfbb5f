-- The greatest epoch under which anybody has sold as this till.
SELECT coalesce(max(epoch), 0)::integer AS epoch
FROM till_status
WHERE location_id = %(location_id)s AND till_id = %(till_id)s
