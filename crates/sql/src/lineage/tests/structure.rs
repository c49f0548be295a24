//! What changes of structure tell of values, and what they do not.

use super::super::lineage;
use super::{catalogue, check, shown, used};

/// What is known of a statement: what it shows, and what it uses.
fn told(text: &str) -> String {
    let lineage = lineage(text, &catalogue());
    match (shown(&lineage), used(&lineage)) {
        (shown, used) if used.is_empty() => shown,
        (shown, used) => format!("{shown}{}{used}", if shown.is_empty() { "" } else { " | " }),
    }
}

#[test]
fn structure_by_itself_uses_nothing() {
    let silent = [
        "CREATE TABLE t (id serial PRIMARY KEY, a text NOT NULL DEFAULT 'x', at timestamptz DEFAULT now(), CHECK (a <> ''), UNIQUE (a, at))",
        "CREATE TABLE t (LIKE customers INCLUDING ALL, more text)",
        "CREATE TABLE t (ssn text CHECK (ssn LIKE '5%')) INHERITS (customers)",
        "CREATE TABLE t (id int, low text GENERATED ALWAYS AS (lower(id::text)) STORED) PARTITION BY RANGE (id)",
        "CREATE UNLOGGED TABLE t OF mood",
        "CREATE TEMP TABLE t (a int) ON COMMIT DROP",
        "ALTER TABLE customers ADD COLUMN a text DEFAULT 'x' NOT NULL, ADD b timestamptz DEFAULT now()",
        "ALTER TABLE customers DROP COLUMN ssn CASCADE",
        "ALTER TABLE customers ADD low text GENERATED ALWAYS AS (lower(ssn)) STORED",
        "ALTER TABLE customers ALTER ssn SET DEFAULT 'x', ALTER ssn DROP NOT NULL, ALTER ssn SET STATISTICS 100",
        "ALTER TABLE customers ALTER ssn TYPE text, OWNER TO ada, SET (fillfactor = 70), ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE customers DROP CONSTRAINT reasonable, DISABLE TRIGGER ALL",
        "ALTER TABLE customers ADD GENERATED ALWAYS AS IDENTITY",
        "ALTER INDEX i ATTACH PARTITION j",
        "ALTER SEQUENCE s OWNED BY customers.ssn",
        "DROP TABLE customers",
        "CREATE SCHEMA s",
        "CREATE SCHEMA s CREATE TABLE t (a int)",
        "CREATE TYPE m AS ENUM ('a')",
        "ALTER TYPE mood ADD VALUE 'b'",
        "CREATE TYPE c AS (a int, b text)",
        "CREATE TYPE r AS RANGE (subtype = int4)",
        "CREATE DOMAIN d AS text DEFAULT 'x' CHECK (VALUE LIKE '5%')",
        "CREATE STATISTICS s ON name, ssn FROM customers",
        "COMMENT ON TYPE mood IS 'x'",
        "COMMENT ON FUNCTION leak(int) IS 'it leaks'",
        "VACUUM (FULL) customers",
        "ANALYZE customers (ssn)",
        "VACUUM ANALYZE",
        "REINDEX TABLE customers",
        "ALTER ROLE ada SET search_path = x",
        "GRANT SELECT ON customers TO ada",
        "ALTER FUNCTION leak(int) RENAME TO leaks",
        "ALTER TABLE customers RENAME CONSTRAINT a TO b",
        "ALTER INDEX a RENAME TO b",
        "REFRESH MATERIALIZED VIEW notes",
    ];
    check(&silent.map(|text| (text, if text.contains("ADD GENERATED") { "unknown" } else { "" })), told);
}

#[test]
fn constraints_and_indexes_tell_of_values() {
    check(
        &[
            ("CREATE TABLE t (a text REFERENCES customers (ssn))", "predicate customers.ssn"),
            ("CREATE TABLE t (a int REFERENCES customers)", "predicate customers.*"),
            ("CREATE TABLE t (a text, FOREIGN KEY (a) REFERENCES customers (ssn))", "predicate customers.ssn"),
            ("CREATE TABLE t (a int REFERENCES customers (id))", "predicate customers.id"),
            ("CREATE TABLE t PARTITION OF parts FOR VALUES FROM (1) TO (MAXVALUE)", "predicate parts.*"),
            (
                "ALTER TABLE notes ADD FOREIGN KEY (body) REFERENCES customers (ssn) NOT VALID",
                "predicate customers.ssn, predicate notes.body",
            ),
            ("ALTER TABLE notes ADD a int REFERENCES customers (id)", "predicate customers.id"),
            ("ALTER TABLE customers ADD CHECK (ssn LIKE '5%')", "predicate customers.ssn"),
            ("ALTER TABLE customers ADD CHECK (ssn = 'x') NOT VALID", "equality customers.ssn"),
            ("ALTER TABLE customers ADD a int CHECK (ssn > 'x')", "predicate customers.ssn"),
            ("ALTER TABLE customers ADD UNIQUE (ssn, id)", "shape customers.id, shape customers.ssn"),
            ("ALTER TABLE customers ADD PRIMARY KEY USING INDEX i", "predicate customers.*"),
            ("ALTER TABLE customers ADD EXCLUDE USING gist (ssn WITH =)", "predicate customers.ssn"),
            (
                "ALTER TABLE customers ADD EXCLUDE (lower(ssn) WITH =) WHERE (id > 1)",
                "predicate customers.id, predicate customers.ssn",
            ),
            ("ALTER TABLE customers ALTER ssn SET NOT NULL", "predicate customers.ssn"),
            ("ALTER TABLE customers ADD CONSTRAINT n NOT NULL ssn", "predicate customers.ssn"),
            ("ALTER TABLE customers VALIDATE CONSTRAINT c", "predicate customers.*"),
            ("ALTER TABLE customers ALTER CONSTRAINT c ENFORCED", "predicate customers.*"),
            ("ALTER TABLE customers ALTER CONSTRAINT c DEFERRABLE", ""),
            (
                "ALTER TABLE customers ADD low text GENERATED ALWAYS AS (lower(ssn)) STORED UNIQUE",
                "predicate customers.ssn",
            ),
            ("ALTER TABLE customers ADD low int GENERATED ALWAYS AS (ssn::int) STORED", "computed customers.ssn"),
            ("ALTER TABLE customers ALTER name SET EXPRESSION AS (upper(ssn))", "shape customers.ssn"),
            (
                "ALTER TABLE parts ATTACH PARTITION notes FOR VALUES IN (1)",
                "predicate notes.*, write notes.*, predicate parts.*",
            ),
            ("CREATE INDEX ON customers (name) WHERE ssn > 'x'", "computed customers.name, predicate customers.ssn"),
            ("CREATE INDEX ON customers (ssn)", "computed customers.ssn"),
            (
                "CREATE INDEX CONCURRENTLY i ON customers (id) INCLUDE (ssn)",
                "computed customers.id, computed customers.ssn",
            ),
            ("CREATE UNIQUE INDEX ON customers (lower(ssn))", "shape customers.ssn, computed customers.ssn"),
            ("CREATE STATISTICS s ON (ssn::int), id FROM customers", "computed customers.ssn"),
            ("CLUSTER customers USING i", "shape customers.*"),
            ("CLUSTER", "shape anything"),
            ("ALTER DOMAIN checked ADD CHECK (VALUE LIKE '5%')", "predicate anything"),
            ("ALTER DOMAIN checked SET NOT NULL", "predicate anything"),
            ("ALTER DOMAIN checked VALIDATE CONSTRAINT c", "predicate anything"),
            ("ALTER DOMAIN checked DROP CONSTRAINT c", ""),
            ("CREATE POLICY p ON customers USING (ssn LIKE '5%')", "predicate customers.ssn"),
            (
                "ALTER POLICY p ON notes WITH CHECK (body IN (SELECT ssn FROM customers))",
                "predicate customers.ssn, predicate notes.body",
            ),
            ("CREATE SCHEMA s CREATE INDEX ON customers (ssn)", "computed customers.ssn"),
            ("CREATE SCHEMA s CREATE VIEW v AS SELECT ssn FROM customers", "write customers.ssn"),
            ("ALTER TABLE nowhere ADD CHECK (a > 1)", "predicate anything"),
        ],
        told,
    );
}

#[test]
fn values_that_are_computed_anew_are_copies() {
    check(
        &[
            ("ALTER TABLE customers ALTER ssn TYPE int USING ssn::int", "computed customers.ssn"),
            ("ALTER TABLE customers ALTER ssn TYPE int", "computed customers.ssn"),
            ("ALTER TABLE customers ALTER ssn TYPE text USING left(ssn, 1)", "computed customers.ssn"),
            ("ALTER TABLE customers ALTER name TYPE text USING ssn", "computed customers.ssn, write customers.ssn"),
            ("ALTER TABLE parts ALTER doubled DROP EXPRESSION", "write parts.doubled"),
            ("ALTER TABLE customers ALTER ssn TYPE text COLLATE odd", "shape customers.ssn"),
            ("CREATE DATABASE d TEMPLATE postgres", "write anything"),
            ("CREATE DATABASE d TEMPLATE template0 ENCODING 'UTF8'", ""),
            ("CREATE DATABASE d TEMPLATE DEFAULT", ""),
        ],
        told,
    );
}

#[test]
fn names_and_labels_say_what_is_masked() {
    check(
        &[
            ("ALTER TABLE customers RENAME ssn TO word", "renamed customers.ssn"),
            ("ALTER VIEW notes RENAME body TO word", "renamed notes.body"),
            ("ALTER TABLE customers RENAME TO clients", "renamed customers.*"),
            ("ALTER TABLE customers SET SCHEMA other", "renamed customers.*"),
            ("ALTER TABLE nowhere RENAME TO clients", "renamed anything"),
            ("ALTER SCHEMA other RENAME TO others", "renamed other.twins.*, renamed other.odd.*"),
            ("ALTER TABLE customers NO INHERIT notes", "renamed customers.*"),
            ("ALTER TABLE parts DETACH PARTITION notes CONCURRENTLY", "renamed notes.*"),
            ("ALTER TABLE customers INHERIT notes", "write customers.*"),
            ("COMMENT ON COLUMN public.customers.ssn IS ''", "labelled customers.ssn"),
            ("COMMENT ON COLUMN customers.ssn IS NULL", "labelled customers.ssn"),
            ("COMMENT ON TABLE customers IS 'x'", "labelled customers.*"),
            ("COMMENT ON FUNCTION leak(int) IS 'signet: reads'", "labelled anything"),
            ("ALTER DATABASE d RENAME TO e", "renamed anything"),
            ("ALTER EXTENSION e SET SCHEMA other", "renamed anything"),
            ("SECURITY LABEL ON COLUMN customers.ssn IS NULL", "labelled customers.ssn"),
        ],
        told,
    );
}

#[test]
fn code_that_is_not_known_is_noted_wherever_it_would_run() {
    check(
        &[
            ("CREATE TABLE t (a text DEFAULT leak(1))", "; foreign | computed anything"),
            ("CREATE TABLE t (a text CHECK (leak(a)))", "; foreign | predicate anything"),
            ("CREATE TABLE t (a text) PARTITION BY LIST (leak(a))", "; foreign | computed anything"),
            ("ALTER TABLE notes ADD a text DEFAULT leak(1)", "; foreign | computed anything"),
            ("ALTER TABLE notes ALTER body SET DEFAULT leak(1)", "; foreign | computed anything"),
            ("ALTER TABLE notes ADD EXCLUDE USING gist (body WITH <+>)", "; foreign | predicate notes.body"),
            ("CREATE DOMAIN d AS text CHECK (leak(VALUE))", "; foreign | predicate anything"),
            ("CREATE INDEX ON notes (leak(id))", "; foreign | computed anything, computed notes.id, write notes.id"),
            ("CALL leak(1)", "any number; foreign"),
        ],
        told,
    );
    for text in [
        "DO $$ begin end $$",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TRIGGER t BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE RULE r AS ON INSERT TO notes DO ALSO NOTHING",
        "CREATE EXTENSION dblink",
        "CREATE AGGREGATE a (text) (SFUNC = textcat, STYPE = text)",
        "CREATE OPERATOR <+> (LEFTARG = text, RIGHTARG = text, FUNCTION = f)",
        "CREATE CAST (text AS int) WITH FUNCTION f",
        "CREATE TYPE r AS RANGE (subtype = int4, canonical = f)",
        "CREATE FOREIGN TABLE f (a text) SERVER s",
        "IMPORT FOREIGN SCHEMA s FROM SERVER s INTO public",
        "ALTER FOREIGN TABLE notes ALTER body OPTIONS (SET column_name 'ssn')",
        "CREATE PUBLICATION p FOR TABLE customers WHERE (id > 1)",
        "ALTER SYSTEM SET archive_command = 'x'",
        "LOAD 'x'",
    ] {
        assert_eq!(told(text), "unknown", "{text}");
    }
}

#[test]
fn a_temporary_relation_hides_those_of_its_name() {
    check(
        &[
            ("CREATE TEMP TABLE notes (a int)", "shadowed anything"),
            ("CREATE TABLE pg_temp.notes AS SELECT 1", "shadowed anything"),
            ("CREATE TEMP TABLE notes AS SELECT 1", "shadowed anything"),
            ("SELECT 1 INTO TEMP notes", "shadowed anything"),
            ("CREATE TEMP VIEW notes AS SELECT 1", "shadowed anything"),
            ("CREATE TEMP TABLE mine AS SELECT id FROM notes", "write notes.id"),
            ("CREATE TABLE other.notes (a int)", ""),
        ],
        told,
    );
}
