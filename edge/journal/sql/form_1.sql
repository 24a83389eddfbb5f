-- The first form of a till's journal.

CREATE TABLE till (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    location_id TEXT NOT NULL,
    till_id TEXT NOT NULL
);

-- An epoch's events are kept from `kept_from` on; what stood before it continues chain and sums.
-- `accepted_to`: up to there the gateway has what we have. `reached`: the highest number that it
-- ever said to have. `doubted_to`: not null once it was seen to hold other events; up to there it
-- may have ours or the others'. `rewritten`: what it never took was written again under a later
-- epoch. `confirmed_to`: the highest number up to which the centre ever said to have all.
CREATE TABLE epochs (
    epoch INTEGER PRIMARY KEY,
    kept_from INTEGER NOT NULL DEFAULT 1,
    before_hash BLOB NOT NULL DEFAULT (zeroblob(32)),
    before_receipt_count INTEGER NOT NULL DEFAULT 0,
    before_grand_total_minor INTEGER NOT NULL DEFAULT 0,
    accepted_to INTEGER NOT NULL DEFAULT 0,
    reached INTEGER NOT NULL DEFAULT 0,
    doubted_to INTEGER,
    rewritten INTEGER NOT NULL DEFAULT 0,
    confirmed_to INTEGER NOT NULL DEFAULT 0
);

-- `body` is the canonical JSON without `chain`; the sums are those after the event. `signature`
-- and `key_id` are there where the event ends in a head.
CREATE TABLE events (
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    prev BLOB NOT NULL,
    hash BLOB NOT NULL,
    receipt_count INTEGER NOT NULL,
    grand_total_minor INTEGER NOT NULL,
    signature TEXT,
    key_id TEXT,
    body BLOB NOT NULL,
    PRIMARY KEY (epoch, sequence)
);

CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

CREATE TRIGGER events_leave_from_the_front BEFORE DELETE ON events
WHEN OLD.sequence >= (SELECT kept_from FROM epochs WHERE epoch = OLD.epoch)
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

CREATE TRIGGER epochs_stay BEFORE DELETE ON epochs
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

-- What the till's service wants back after a restart, such as its open carts.
CREATE TABLE state (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- What the centre has of an epoch, by the day (since 1970) on which it said so.
CREATE TABLE confirmed (
    epoch INTEGER NOT NULL,
    day INTEGER NOT NULL,
    safe_to INTEGER NOT NULL,
    PRIMARY KEY (epoch, day)
) WITHOUT ROWID;

-- What the centre lacks, as it last said.
CREATE TABLE missing (
    epoch INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (epoch, first)
) WITHOUT ROWID;

-- The public keys, in DER, by which heads were signed.
CREATE TABLE keys (
    key_id TEXT PRIMARY KEY,
    public_key BLOB NOT NULL
) WITHOUT ROWID;

-- `readable_by`: the oldest form whose code can read and write this file.
CREATE TABLE form (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL,
    readable_by INTEGER NOT NULL
);
INSERT INTO form VALUES (1, 1, 1);
