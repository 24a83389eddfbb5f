-- From where to where each epoch is kept, and whether a part was written again under a later one.
SELECT epoch, kept_from,
    coalesce((SELECT max(sequence) FROM events WHERE events.epoch = epochs.epoch), kept_from - 1),
    rewritten
FROM epochs
