-- How far the log has been read: one row, none before the first record.
CREATE TABLE progress (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    records  INTEGER NOT NULL,
    head     BLOB NOT NULL CHECK (length(head) = 32)
) STRICT;

-- Times are microseconds since 1970 UTC. What tells of people is NULL when it was erased from the log.
CREATE TABLE session (
    number     INTEGER PRIMARY KEY,
    sid        TEXT NOT NULL UNIQUE,
    began_us   INTEGER NOT NULL,
    resource   TEXT NOT NULL,
    protocol   TEXT NOT NULL,
    person     TEXT,
    client     TEXT,
    account    TEXT,
    database   TEXT,
    commands   INTEGER NOT NULL DEFAULT 0,
    refusals   INTEGER NOT NULL DEFAULT 0,
    ended_us   INTEGER,
    cause      TEXT
) STRICT;

CREATE INDEX session_began ON session (began_us);

-- Bundles of the log in which a session has records.
CREATE TABLE place (
    session INTEGER NOT NULL REFERENCES session (number),
    bundle  INTEGER NOT NULL,
    PRIMARY KEY (session, bundle)
) STRICT, WITHOUT ROWID;
