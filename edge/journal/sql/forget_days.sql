-- Of the days up to ?3, the last is enough: it says what was confirmed by then. A day after today,
-- ?2, was told by a clock that was ahead.
DELETE FROM confirmed WHERE epoch = ?1 AND (
    day > ?2 OR day < (SELECT max(day) FROM confirmed WHERE epoch = ?1 AND day <= ?3)
)
