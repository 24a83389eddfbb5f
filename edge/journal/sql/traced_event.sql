-- An event, and what gateway and centre have said of its number.
SELECT
    events.body ->> '$.occurred_at',
    lower(hex(events.hash)),
    events.signature IS NOT NULL,
    epochs.kept_from,
    ?2 <= epochs.accepted_to,
    ?2 <= epochs.confirmed_to
FROM epochs LEFT JOIN events ON events.epoch = epochs.epoch AND events.sequence = ?2
WHERE epochs.epoch = ?1
