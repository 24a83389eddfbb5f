-- The third form: carts that wait at a till of the store, and which till goes on with them. Without
-- a body there is nothing to go on with: the row tells the first till that its cart has gone.
CREATE TABLE carts (
    till_id TEXT NOT NULL,
    cart_id TEXT NOT NULL,
    suspended_at TEXT NOT NULL,
    touched REAL NOT NULL,
    lines INTEGER NOT NULL,
    total_minor INTEGER NOT NULL,
    training INTEGER NOT NULL,
    body BLOB,
    held_by TEXT,
    PRIMARY KEY (till_id, cart_id)
);
CREATE INDEX carts_by_touch ON carts (touched);
UPDATE form SET version = 3;
