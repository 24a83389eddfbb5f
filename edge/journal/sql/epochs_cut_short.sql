-- Epochs that end here before what the gateway has accepted: somebody cut them, or this is an old
-- image of the disk.
SELECT epoch, last FROM (
    SELECT epoch, accepted_to, coalesce(
        (SELECT max(sequence) FROM events WHERE events.epoch = epochs.epoch), kept_from - 1
    ) AS last FROM epochs
)
WHERE last < accepted_to
