-- How much waits to be told.
SELECT count(*) FROM replicated_onward
