-- The first form of a gateway's catalog.

-- The rows of the newest version, and null for those that have gone since the oldest that is known.
CREATE TABLE catalog_rows (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    row BLOB,
    changed_in INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;

CREATE TABLE versions (
    catalog_version INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL
);

CREATE TABLE form (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL
);
INSERT INTO form VALUES (1, 1);
