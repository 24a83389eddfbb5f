-- What is known of an epoch at the gateway and at the centre.
SELECT accepted_to, doubted_to, kept_from,
    coalesce((SELECT max(sequence) FROM events WHERE events.epoch = epochs.epoch), kept_from - 1)
FROM epochs WHERE epoch = ?
