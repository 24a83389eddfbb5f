-- Each epoch of which the gateway may lack something, oldest first: behind what, and up to where.
-- Of one that is forked only what is doubted is of use: it tells whose events were taken.
SELECT epoch, accepted_to, last FROM (
    SELECT epoch, accepted_to,
        CASE WHEN doubted_to IS NULL
            THEN coalesce((SELECT max(sequence) FROM events e WHERE e.epoch = epochs.epoch), 0)
            ELSE doubted_to
        END AS last
    FROM epochs
)
WHERE last > accepted_to
ORDER BY epoch
