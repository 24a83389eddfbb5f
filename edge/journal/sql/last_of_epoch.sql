-- The number of an epoch's last event, 0 for none.
SELECT coalesce(
    (SELECT max(sequence) FROM events WHERE epoch = ?1),
    (SELECT kept_from - 1 FROM epochs WHERE epoch = ?1)
)
