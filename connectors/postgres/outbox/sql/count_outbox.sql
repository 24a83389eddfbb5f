-- How much waits to be told.
SELECT count(*) FROM outbox
