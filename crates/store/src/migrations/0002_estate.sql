-- Who there is besides the people of the configuration file. Names are compared byte by byte.
CREATE TABLE person (
    issuer          TEXT NOT NULL,
    subject         TEXT NOT NULL,
    name            TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('human', 'service', 'agent')),
    -- The owner of a service, or the person on whose behalf an agent acts.
    answers_issuer  TEXT,
    answers_subject TEXT,
    -- The same human being under another key.
    same_issuer     TEXT,
    same_subject    TEXT,
    disabled_us     INTEGER,
    added_us        INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject),
    CHECK ((kind = 'human') = (answers_subject IS NULL)),
    CHECK ((answers_issuer IS NULL) = (answers_subject IS NULL)),
    CHECK ((same_issuer IS NULL) = (same_subject IS NULL))
) STRICT, WITHOUT ROWID;

-- What people of the file and of this store may do with the gateway itself.
CREATE TABLE role (
    issuer   TEXT NOT NULL,
    subject  TEXT NOT NULL,
    role     TEXT NOT NULL,
    since_us INTEGER NOT NULL,
    given_by TEXT NOT NULL,
    PRIMARY KEY (issuer, subject, role)
) STRICT, WITHOUT ROWID;

-- A group is its members. Those of the configuration file stand here too, for the time since when they are.
CREATE TABLE membership (
    group_name TEXT NOT NULL,
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    from_file  INTEGER NOT NULL CHECK (from_file IN (0, 1)),
    since_us   INTEGER NOT NULL,
    added_by   TEXT NOT NULL,
    PRIMARY KEY (group_name, issuer, subject, from_file)
) STRICT, WITHOUT ROWID;

CREATE TABLE resource (
    name             TEXT NOT NULL PRIMARY KEY,
    protocol         TEXT NOT NULL,
    address          TEXT NOT NULL,
    tls              TEXT NOT NULL,
    tls_name         TEXT,
    tls_ca           BLOB,
    server_names     TEXT NOT NULL,
    default_database TEXT,
    labels           TEXT NOT NULL,
    record_whole     INTEGER NOT NULL CHECK (record_whole IN (0, 1)),
    added_us         INTEGER NOT NULL,
    changed_us       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Of a secret only where it is found, or its sealed bytes.
CREATE TABLE account (
    resource    TEXT NOT NULL REFERENCES resource (name) ON DELETE CASCADE,
    place       INTEGER NOT NULL,
    name        TEXT NOT NULL,
    user        TEXT NOT NULL,
    inspection  INTEGER NOT NULL CHECK (inspection IN (0, 1)),
    secret_kind TEXT NOT NULL CHECK (secret_kind IN ('none', 'file', 'env', 'sealed')),
    secret_from TEXT,
    sealed      BLOB,
    PRIMARY KEY (resource, name),
    CHECK ((secret_kind IN ('file', 'env')) = (secret_from IS NOT NULL)),
    CHECK ((secret_kind = 'sealed') = (sealed IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Numbers are never used again. Without an author it is unattributed.
CREATE TABLE policy_version (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    digest TEXT NOT NULL,
    author TEXT,
    source TEXT NOT NULL,
    files  TEXT NOT NULL,
    at_us  INTEGER NOT NULL
) STRICT;

-- What was answered to a request that may come twice, sealed; nothing while it is being done.
CREATE TABLE answer (
    caller   TEXT NOT NULL,
    key      TEXT NOT NULL,
    request  BLOB NOT NULL CHECK (length(request) = 32),
    response BLOB,
    at_us    INTEGER NOT NULL,
    PRIMARY KEY (caller, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX answer_age ON answer (at_us);

-- By which a token is found without a name. It is random, so its digest tells nothing. Older tokens have none.
ALTER TABLE token ADD COLUMN digest BLOB;
-- Whoever else may know the token: the person who made it for somebody. None for operators at the machine.
ALTER TABLE token ADD COLUMN made_by TEXT;

CREATE INDEX token_revoked ON token (revoked_us) WHERE revoked_us IS NOT NULL;
CREATE UNIQUE INDEX token_digest ON token (digest);
