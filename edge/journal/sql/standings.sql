-- Each epoch: its last number, what the gateway and the centre have, and how many the centre lacks.
SELECT epoch,
    coalesce((SELECT max(sequence) FROM events e WHERE e.epoch = epochs.epoch), kept_from - 1),
    accepted_to,
    confirmed_to,
    coalesce((SELECT sum(last - first + 1) FROM missing m WHERE m.epoch = epochs.epoch), 0),
    doubted_to IS NOT NULL,
    rewritten
FROM epochs ORDER BY epoch
