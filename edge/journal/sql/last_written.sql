-- When the newest event happened whose clock was not in doubt.
SELECT body ->> '$.occurred_at' FROM events
WHERE coalesce(body ->> '$.clock', 'trusted') = 'trusted'
ORDER BY epoch DESC, sequence DESC LIMIT 1
