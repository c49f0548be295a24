-- What is asked for, and where it stands. Times are microseconds since 1970 UTC, identifiers are UUIDs as text: version 7, so
-- that they sort by time. Every change of a row gives it the next revision.
CREATE TABLE request (
    id                TEXT NOT NULL PRIMARY KEY,
    kind              TEXT NOT NULL CHECK (kind IN ('command', 'access', 'break_glass', 'reveal')),
    state             TEXT NOT NULL CHECK (state IN
                          ('pending', 'approved', 'used', 'rejected', 'expired', 'withdrawn', 'void')),
    revision          INTEGER NOT NULL,
    -- The gateway that took it, and which run of it.
    gateway           TEXT NOT NULL,
    run               TEXT NOT NULL,
    requester_issuer  TEXT NOT NULL,
    requester_subject TEXT NOT NULL,
    requester_name    TEXT NOT NULL,
    -- The human who answers for the requester.
    human_issuer      TEXT NOT NULL,
    human_subject     TEXT NOT NULL,
    resource          TEXT NOT NULL,
    account           TEXT,
    database          TEXT,
    client            TEXT NOT NULL,
    program           TEXT,
    policies          TEXT NOT NULL,
    policy_version    TEXT NOT NULL,
    requirements      TEXT NOT NULL,
    created_us        INTEGER NOT NULL,
    expires_us        INTEGER NOT NULL,
    -- Of a command.
    session           TEXT,
    command           INTEGER,
    verb              TEXT,
    name              TEXT,
    certainty         TEXT,
    phase             TEXT,
    wait              TEXT CHECK (wait IN ('session', 'resubmit')),
    in_transaction    INTEGER CHECK (in_transaction IN (0, 1)),
    -- Its text and parameters, under the key file.
    sealed            BLOB,
    -- Names the exact command: HMAC-SHA-256 under a key of the instance.
    binding           BLOB CHECK (length(binding) = 32),
    -- Of what is asked for in words.
    reason            TEXT,
    from_us           INTEGER,
    lasts_us          INTEGER,
    reviewer_issuer   TEXT,
    reviewer_subject  TEXT,
    -- How it came out of `pending`.
    ended_us          INTEGER,
    ended_issuer      TEXT,
    ended_subject     TEXT,
    ended_reason      TEXT,
    CHECK ((kind = 'command') = (binding IS NOT NULL)),
    CHECK ((kind = 'command') = (sealed IS NOT NULL)),
    CHECK ((kind = 'command') = (wait IS NOT NULL)),
    CHECK ((kind = 'break_glass') = (reviewer_subject IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX request_revision ON request (revision);
CREATE INDEX request_waiting ON request (state, expires_us);
CREATE INDEX request_binding ON request (binding);

-- One vote a human, however many accounts they have.
CREATE TABLE approval (
    request       TEXT NOT NULL REFERENCES request (id) ON DELETE CASCADE,
    human_issuer  TEXT NOT NULL,
    human_subject TEXT NOT NULL,
    by_issuer     TEXT NOT NULL,
    by_subject    TEXT NOT NULL,
    at_us         INTEGER NOT NULL,
    note          TEXT,
    PRIMARY KEY (request, human_issuer, human_subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX approval_human ON approval (human_issuer, human_subject, at_us);

-- What an approved request gives, until when.
CREATE TABLE access_grant (
    request         TEXT NOT NULL PRIMARY KEY REFERENCES request (id),
    met             TEXT NOT NULL,
    from_us         INTEGER NOT NULL,
    until_us        INTEGER NOT NULL,
    revoked_us      INTEGER,
    revoked_issuer  TEXT,
    revoked_subject TEXT,
    revoked_reason  TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX access_grant_until ON access_grant (until_us);

-- A broken glass is reviewed afterwards.
CREATE TABLE break_glass_review (
    request       TEXT NOT NULL PRIMARY KEY REFERENCES access_grant (request),
    owner_issuer  TEXT NOT NULL,
    owner_subject TEXT NOT NULL,
    due_us        INTEGER NOT NULL,
    done_us       INTEGER,
    done_issuer   TEXT,
    done_subject  TEXT,
    findings      TEXT
) STRICT, WITHOUT ROWID;

-- The key of the bindings, under the key file: one row.
CREATE TABLE binding_key (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    sealed   BLOB NOT NULL
) STRICT;
