-- The second form: what the centre has told, the newest of each kind and id, as it came.
CREATE TABLE heard (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (kind, id)
);
UPDATE form SET version = 2;
