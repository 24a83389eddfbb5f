WHERE kind = 'sale'
    AND receipt_no = %(receipt_no)s
    AND (%(location_id)s::text IS NULL OR location_id = %(location_id)s)
ORDER BY location_id, till_id, epoch, sequence
LIMIT %(most)s
