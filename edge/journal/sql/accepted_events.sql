-- What the gateway has accepted and the centre said it has: number, type, and whether in training.
SELECT sequence, body ->> '$.type', coalesce(body ->> '$.training', 0) FROM events
WHERE epoch = ?1 AND sequence <= (
    SELECT coalesce((SELECT safe_to FROM confirmed WHERE epoch = ?1 ORDER BY day DESC LIMIT 1), 0)
)
ORDER BY sequence
