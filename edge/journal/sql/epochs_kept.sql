-- Each epoch: how what is kept of it begins, and up to where the gateway ever had it.
SELECT epoch, kept_from, before_hash, before_receipt_count, before_grand_total_minor, reached
FROM epochs ORDER BY epoch
