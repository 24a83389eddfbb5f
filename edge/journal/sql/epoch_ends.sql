-- From where to where each epoch is kept.
SELECT epoch, kept_from,
    coalesce((SELECT max(sequence) FROM events WHERE events.epoch = epochs.epoch), kept_from - 1)
FROM epochs
