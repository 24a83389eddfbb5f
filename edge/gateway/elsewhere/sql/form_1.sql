-- The last answer of the centre to each question, and when it came, in seconds since 1970.
CREATE TABLE answers (
    question TEXT PRIMARY KEY,
    body BLOB NOT NULL,
    heard_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX answers_by_time ON answers (heard_at);

CREATE TABLE form (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL
);
INSERT INTO form VALUES (1, 1);
