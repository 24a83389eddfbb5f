-- The first form of a gateway's receipts.

CREATE TABLE receipts (
    till_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    type TEXT NOT NULL,
    receipt_no TEXT NOT NULL,
    customer_id TEXT,
    business_date TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (till_id, epoch, sequence)
) WITHOUT ROWID;
CREATE INDEX receipts_by_number ON receipts (receipt_no, type);
CREATE INDEX receipts_by_customer ON receipts (customer_id, business_date) WHERE customer_id IS NOT NULL;
CREATE INDEX receipts_by_date ON receipts (business_date);

-- Goods that are about to come back. Whoever came first has them until that time, in seconds since
-- 1970, or until the return itself has come.
CREATE TABLE reserved (
    return_id TEXT PRIMARY KEY,
    receipt_no TEXT NOT NULL,
    asked BLOB NOT NULL,
    told BLOB NOT NULL,
    until REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX reserved_by_number ON reserved (receipt_no);

CREATE TABLE position (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    topic_partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL
);

CREATE TABLE form (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL
);
INSERT INTO form VALUES (1, 1);
