-- Each epoch of which the gateway may lack something, oldest first: behind what, and up to where.
-- Of one that is forked only what is doubted is of use: it tells whose events were taken. What has
-- left is asked for in vain, and would hold up all that is behind it.
SELECT epoch, behind, last FROM (
    SELECT epoch, max(accepted_to, kept_from - 1) AS behind,
        CASE WHEN doubted_to IS NULL
            THEN coalesce((SELECT max(sequence) FROM events e WHERE e.epoch = epochs.epoch), 0)
            ELSE doubted_to
        END AS last
    FROM epochs
)
WHERE last > behind
ORDER BY epoch
