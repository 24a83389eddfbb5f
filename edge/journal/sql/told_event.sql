-- An event as the centre names it.
SELECT hash, body ->> '$.event_id' FROM events WHERE epoch = ? AND sequence = ?
