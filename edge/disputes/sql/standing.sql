-- How many stand, by reason.
SELECT reason, count(*) FROM disputed_returns WHERE due_at <= now() GROUP BY reason
