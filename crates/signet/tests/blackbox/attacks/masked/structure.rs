//! Changes of structure around masked columns: those that would tell of values, carry them away or lose their mask are
//! refused, and all others go. Straight at the server each goes.

use super::{psql, scene};
use crate::harness::direct;
use crate::harness::postgres::Version;

/// What tells of values by succeeding or failing, stores them elsewhere, or takes away what a policy knows them by.
const REFUSED: &[(&str, &str)] = &[
    ("a foreign key of a new table", "CREATE TABLE probe (a text REFERENCES customers (ssn))"),
    ("a foreign key of a new column", "ALTER TABLE guesses ADD a text REFERENCES customers (ssn)"),
    ("a foreign key", "ALTER TABLE guesses ADD FOREIGN KEY (word) REFERENCES customers (ssn)"),
    ("a foreign key for later", "ALTER TABLE guesses ADD FOREIGN KEY (word) REFERENCES customers (ssn) NOT VALID"),
    ("a check", "ALTER TABLE customers ADD CHECK (ssn > '0')"),
    ("a check for later", "ALTER TABLE customers ADD CHECK (ssn LIKE '5%') NOT VALID"),
    ("a check of a new column", "ALTER TABLE customers ADD a text CHECK (ssn > '0')"),
    ("a unique index", "CREATE UNIQUE INDEX ON customers (left(ssn, 1))"),
    ("an index that may be too small", "CREATE INDEX ON customers (ssn)"),
    ("an index of some rows", "CREATE INDEX ON customers (id) WHERE ssn LIKE '5%'"),
    ("a unique constraint", "ALTER TABLE customers ADD UNIQUE (id, ssn)"),
    ("an exclusion", "ALTER TABLE customers ADD EXCLUDE USING btree (ssn WITH =)"),
    ("missing values", "ALTER TABLE customers ALTER ssn SET NOT NULL"),
    ("a type in which it may not fit", "ALTER TABLE customers ALTER score TYPE real"),
    ("a type by an expression", "ALTER TABLE customers ALTER born TYPE text USING left(born::text, 2)"),
    ("another order of texts", "ALTER TABLE parts ALTER ssn TYPE text COLLATE \"C\""),
    ("a collation", "CREATE COLLATION alike (PROVIDER = icu, LOCALE = 'und', DETERMINISTIC = false)"),
    ("a type with another column", "ALTER TABLE kin ALTER more TYPE text USING ssn"),
    ("a generated column that fails", "ALTER TABLE customers ADD a int GENERATED ALWAYS AS (1 / length(ssn)) STORED"),
    ("a generated column that stays", "ALTER TABLE derived ALTER low DROP EXPRESSION"),
    ("a policy", "CREATE POLICY p ON customers USING (ssn LIKE '5%')"),
    ("statistics", "CREATE STATISTICS s ON (1 / length(ssn)), id FROM customers"),
    ("the order of rows", "CLUSTER customers USING customers_ssn_key"),
    ("a partition", "CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20)"),
    ("a partition no more", "ALTER TABLE parts DETACH PARTITION parts_1"),
    ("a child no more", "ALTER TABLE kin NO INHERIT customers"),
    ("another name", "ALTER TABLE customers RENAME ssn TO word"),
    ("another name of the table", "ALTER TABLE customers RENAME TO clients"),
    ("another schema", "ALTER TABLE customers SET SCHEMA aside"),
    ("a column of children only", "ALTER TABLE ONLY customers DROP COLUMN ssn CASCADE"),
    ("a trigger", "CREATE TRIGGER t BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION on_touch()"),
    ("a rule", "CREATE RULE r AS ON UPDATE TO customers DO ALSO INSERT INTO guesses VALUES (NEW.ssn)"),
    ("a default that reads", "ALTER TABLE guesses ADD a text DEFAULT peek(1)"),
    ("a function", "CREATE FUNCTION peek_too() RETURNS text LANGUAGE sql AS 'SELECT ssn FROM customers'"),
    ("a view", "CREATE VIEW mine AS SELECT ssn FROM customers"),
    ("a schema with a view", "CREATE SCHEMA hideout CREATE VIEW mine AS SELECT ssn FROM customers"),
    ("code in a text", "DO $$ BEGIN PERFORM 1; END $$"),
];

/// What tells nothing.
const FREE: &[&str] = &[
    "CREATE TABLE probe (id serial PRIMARY KEY, a text UNIQUE CHECK (a <> ''), at timestamptz DEFAULT now())",
    "CREATE TABLE probe (customer int REFERENCES customers (id) ON DELETE CASCADE)",
    "CREATE TABLE probe (LIKE customers INCLUDING ALL)",
    "CREATE TEMP TABLE probe (a int)",
    "ALTER TABLE customers ADD COLUMN a text NOT NULL DEFAULT 'x'",
    "ALTER TABLE customers ADD a text GENERATED ALWAYS AS (lower(ssn)) STORED",
    "ALTER TABLE customers DROP CONSTRAINT reasonable",
    "ALTER TABLE customers ADD CHECK (name <> '')",
    "ALTER TABLE guesses ALTER word TYPE varchar(20), ALTER word SET NOT NULL",
    "ALTER TABLE guesses RENAME word TO guess",
    "ALTER TABLE guesses RENAME TO words",
    "CREATE INDEX ON customers (name, id)",
    "CREATE UNIQUE INDEX ON guesses (lower(word)) WHERE word <> ''",
    "CREATE SCHEMA more CREATE TABLE inside (a int)",
    "CREATE TYPE mood AS ENUM ('fine')",
    "CREATE DOMAIN plate AS text CHECK (VALUE ~ '^[A-Z]+$')",
    "CREATE VIEW names AS SELECT id, name FROM customers",
    "CREATE POLICY p ON customers USING (name <> '')",
    "COMMENT ON COLUMN customers.ssn IS 'secret'",
    "GRANT SELECT ON customers TO PUBLIC",
    "ALTER DATABASE postgres SET work_mem = '8MB'",
    "CREATE TEXT SEARCH CONFIGURATION words (COPY = english)",
    "ANALYZE customers",
    "REINDEX TABLE customers",
    "DROP TABLE guesses",
];

/// What cannot be rolled back, in this order, and whether it is refused.
const ALONE: &[(&str, bool)] = &[
    ("VACUUM customers", false),
    ("CREATE DATABASE fresh", false),
    ("CREATE DATABASE copied TEMPLATE fresh", true),
    ("ALTER DATABASE fresh RENAME TO stale", true),
    ("ALTER DATABASE fresh CONNECTION LIMIT 3", false),
    ("DROP DATABASE fresh", false),
];

/// Every change comes in a transaction of its own, which is rolled back.
fn alone(change: &str) -> String {
    format!("BEGIN;\n{change};\nROLLBACK")
}

fn structure_tells_nothing(version: Version) {
    if direct() {
        return;
    }
    let scene = scene(version);
    let (server, gateway) = (scene.server.door(), scene.gateway.door());
    assert!(psql(&server, "CREATE SCHEMA aside").stderr.is_empty());
    let mut problems = Vec::new();
    for (name, change) in REFUSED {
        let straight = psql(&server, &alone(change));
        if straight.stderr.contains("ERROR") {
            problems.push(format!("{name} fails at the server, so it proves nothing:\n{}", straight.stderr));
        }
        let through = psql(&gateway, &alone(change));
        if !through.stderr.contains("42501") {
            problems.push(format!("{name} is not refused:\n{}{}", through.stdout, through.stderr));
        }
    }
    for change in FREE {
        for (where_, door) in [("at the server", &server), ("through the gateway", &gateway)] {
            let done = psql(door, &alone(change));
            if done.stderr.contains("ERROR") {
                problems.push(format!("{change} does not go {where_}:\n{}", done.stderr));
            }
        }
    }
    for (change, refused) in ALONE {
        let told = psql(&gateway, change).stderr;
        if told.contains("42501") != *refused || (!refused && !told.is_empty()) {
            problems.push(format!("{change}: {told}"));
        }
    }
    assert!(problems.is_empty(), "{}:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn a24_structure_tells_nothing_of_masked_values_on_15() {
    structure_tells_nothing(Version::V15);
}

#[test]
fn a24_structure_tells_nothing_of_masked_values_on_18() {
    structure_tells_nothing(Version::V18);
}
