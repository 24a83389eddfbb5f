-- Which numbers were heard of each till and epoch: up to the last, but for the missing ones.
SELECT till_id, epoch, last_sequence, missing FROM sink_tills WHERE location_id = %(location)s
