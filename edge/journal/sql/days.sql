-- The business days that the journal holds events of.
SELECT DISTINCT body ->> '$.business_date' AS day FROM events ORDER BY day
