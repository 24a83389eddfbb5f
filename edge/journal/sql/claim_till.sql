-- The journal is that of the till which it was first opened for.
INSERT OR IGNORE INTO till (one, location_id, till_id) VALUES (1, ?, ?)
