-- Each epoch: how what is kept of it begins, and what the gateway is known to have of it.
SELECT epoch, kept_from, before_hash, before_receipt_count, before_grand_total_minor, accepted_to
FROM epochs ORDER BY epoch
