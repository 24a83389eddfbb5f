-- Whether nobody else sends: for as long as the connection lasts.
SELECT pg_try_advisory_lock(hashtextextended('tillstream/outbox', 0))
