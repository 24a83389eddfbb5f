-- Nonces that were spent, until they expire, and the time before which some may be forgotten.
CREATE TABLE IF NOT EXISTS nonces (
    nonce BLOB PRIMARY KEY,
    expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS nonces_by_expiry ON nonces (expires);
CREATE TABLE IF NOT EXISTS memory (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    begins INTEGER NOT NULL
);
INSERT OR IGNORE INTO memory VALUES (1, 0);
