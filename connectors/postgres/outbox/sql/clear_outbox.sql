-- What was told.
DELETE FROM outbox WHERE place = ANY (%(places)s)
