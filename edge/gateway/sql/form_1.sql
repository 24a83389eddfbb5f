-- The first form of a gateway's file.

-- One row for each epoch of a till: up to where it was taken. `last_hash` null: whatever the next
-- event says stands before it. The sums are null where nobody knows them.
CREATE TABLE standings (
    till_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    accepted_to INTEGER NOT NULL,
    last_hash BLOB,
    receipt_count INTEGER,
    grand_total_minor INTEGER,
    PRIMARY KEY (till_id, epoch)
) WITHOUT ROWID;

-- The hashes of the newest numbers of an epoch, 32 bytes each, in rows as they were taken; zeros
-- where an event told none.
CREATE TABLE taken (
    till_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    first INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (till_id, epoch, first)
) WITHOUT ROWID;

CREATE TABLE quarantined (
    till_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (till_id, epoch, sequence)
) WITHOUT ROWID;

-- Other events under numbers that are held, as they were passed on.
CREATE TABLE forks (
    till_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (till_id, epoch, sequence, hash)
) WITHOUT ROWID;

-- What waits for the topic, in its order: the messages of one batch a row.
CREATE TABLE spool (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    till_id TEXT NOT NULL,
    messages BLOB NOT NULL
);
CREATE INDEX spool_by_till ON spool (till_id);

CREATE TABLE form (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL
);
INSERT INTO form VALUES (1, 1);
