-- What the gateway itself must remember: one row.
CREATE TABLE instance (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    secret   BLOB NOT NULL CHECK (length(secret) = 32)
) STRICT;

-- One salt a person, so that every token of a person answers the same challenge.
CREATE TABLE salt (
    person TEXT NOT NULL PRIMARY KEY,
    salt   BLOB NOT NULL CHECK (length(salt) = 16)
) STRICT, WITHOUT ROWID;

-- Times are microseconds since 1970 UTC. Of the token itself only what SCRAM verifies with (RFC 5802).
CREATE TABLE token (
    id         TEXT NOT NULL PRIMARY KEY,
    person     TEXT NOT NULL REFERENCES salt (person),
    stored_key BLOB NOT NULL CHECK (length(stored_key) = 32),
    server_key BLOB NOT NULL CHECK (length(server_key) = 32),
    created_us INTEGER NOT NULL,
    expires_us INTEGER NOT NULL,
    revoked_us INTEGER
) STRICT;

CREATE INDEX token_person ON token (person, created_us);
