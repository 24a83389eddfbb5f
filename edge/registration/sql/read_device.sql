SELECT status, epoch, highest_epoch
FROM devices
WHERE location_id = %(location_id)s AND till_id = %(till_id)s
