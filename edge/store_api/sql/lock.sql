-- Whoever reserves goods of a receipt with this number waits for whoever does so now.
SELECT pg_advisory_xact_lock(hashtextextended('return of ' || %(receipt_no)s, 0))
