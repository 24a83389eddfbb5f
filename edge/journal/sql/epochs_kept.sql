-- Each epoch: how what is kept of it begins, up to where the gateway ever had it, and what may have
-- left: what the centre had, or what was written again under a later epoch.
SELECT epoch, kept_from, before_hash, before_receipt_count, before_grand_total_minor, reached,
    CASE WHEN rewritten AND confirmed_to >= accepted_to THEN kept_from - 1 ELSE confirmed_to END
FROM epochs ORDER BY epoch
