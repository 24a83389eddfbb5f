-- Of the days before one, the last is enough: it says what was confirmed by then.
DELETE FROM confirmed WHERE epoch = ?1 AND day < (
    SELECT max(day) FROM confirmed WHERE epoch = ?1 AND day <= ?2
)
