-- Keep a public key by which heads are signed.
INSERT OR IGNORE INTO keys (key_id, public_key) VALUES (?, ?)
