-- Each epoch with events that the centre had by a day and has still: from where, and up to where.
-- What was written again under a later epoch is kept there.
SELECT epoch, kept_from, upto FROM (
    SELECT epoch, kept_from,
        CASE WHEN rewritten AND then_safe >= accepted_to THEN last ELSE min(then_safe, now_safe) END
            AS upto
    FROM (
        SELECT epoch, kept_from, accepted_to, rewritten,
            (SELECT safe_to FROM confirmed c WHERE c.epoch = epochs.epoch AND day <= ?1
                ORDER BY day DESC LIMIT 1) AS then_safe,
            (SELECT safe_to FROM confirmed c WHERE c.epoch = epochs.epoch
                ORDER BY day DESC LIMIT 1) AS now_safe,
            (SELECT max(sequence) FROM events e WHERE e.epoch = epochs.epoch) AS last
        FROM epochs
    )
)
WHERE upto >= kept_from
ORDER BY epoch
