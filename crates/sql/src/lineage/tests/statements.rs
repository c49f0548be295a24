//! Every kind of statement that the grammar knows has a lineage, or is left out for a reason.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use prost::Message;

use super::super::lineage;
use super::catalogue;
use crate::parsed::with_tree;

/// Kinds that stand only inside of others, or in functions.
const INNER: [&str; 5] = ["RawStmt", "SetOperationStmt", "ReplicaIdentityStmt", "ReturnStmt", "PlassignStmt"];

/// One of each kind that is understood.
const UNDERSTOOD: &[&str] = &[
    // Rows.
    "SELECT 1",
    "INSERT INTO notes VALUES (1)",
    "UPDATE notes SET id = 1",
    "DELETE FROM notes",
    "MERGE INTO notes n USING orders o ON n.id = o.id WHEN MATCHED THEN DELETE",
    "COPY notes TO STDOUT",
    "TRUNCATE notes",
    "LOCK notes",
    "DECLARE c CURSOR FOR SELECT 1",
    "CLOSE c",
    "PREPARE p AS SELECT 1",
    "DEALLOCATE p",
    "CALL leak(1)",
    "EXPLAIN SELECT 1",
    // Sessions.
    "BEGIN",
    "SET a = 1",
    "SHOW a",
    "SET CONSTRAINTS ALL DEFERRED",
    "DISCARD ALL",
    "LISTEN c",
    "UNLISTEN c",
    "NOTIFY c, 'x'",
    "CHECKPOINT",
    // Relations.
    "CREATE TABLE t (a int)",
    "CREATE TABLE t AS SELECT 1",
    "CREATE VIEW v AS SELECT 1",
    "ALTER TABLE notes ADD a int",
    "ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b",
    "ALTER TABLE notes RENAME TO words",
    "ALTER TABLE notes SET SCHEMA other",
    "ALTER SCHEMA other OWNER TO ada",
    "ALTER FUNCTION leak(int) DEPENDS ON EXTENSION e",
    "DROP TABLE notes",
    "CREATE INDEX ON notes (id)",
    "REINDEX TABLE notes",
    "CREATE STATISTICS s ON id, body FROM notes",
    "ALTER STATISTICS s SET STATISTICS 100",
    "VACUUM notes",
    "CLUSTER notes",
    "REFRESH MATERIALIZED VIEW notes",
    "CREATE SEQUENCE s",
    "ALTER SEQUENCE s RESTART",
    "CREATE SCHEMA s",
    "CREATE POLICY p ON notes USING (true)",
    "ALTER POLICY p ON notes USING (true)",
    "COMMENT ON TABLE notes IS 'x'",
    "SECURITY LABEL ON TABLE notes IS 'x'",
    "ALTER EVENT TRIGGER e DISABLE",
    // Types.
    "CREATE TYPE t AS ENUM ('a')",
    "ALTER TYPE mood ADD VALUE 'b'",
    "CREATE TYPE t AS (a int)",
    "CREATE TYPE t AS RANGE (subtype = int4)",
    "CREATE DOMAIN d AS text",
    "ALTER DOMAIN checked DROP CONSTRAINT c",
    "CREATE TEXT SEARCH CONFIGURATION c (COPY = english)",
    "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple)",
    "ALTER TEXT SEARCH CONFIGURATION c DROP MAPPING FOR word",
    "ALTER TEXT SEARCH DICTIONARY d (stopwords = english)",
    "ALTER COLLATION c REFRESH VERSION",
    // Roles, databases and the rest.
    "GRANT SELECT ON notes TO ada",
    "GRANT a TO b",
    "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ada",
    "CREATE ROLE a",
    "ALTER ROLE a CREATEDB",
    "ALTER ROLE a SET b = 1",
    "DROP ROLE a",
    "DROP OWNED BY a",
    "REASSIGN OWNED BY a TO b",
    "CREATE DATABASE d",
    "ALTER DATABASE d CONNECTION LIMIT 1",
    "ALTER DATABASE d SET a = 1",
    "ALTER DATABASE d REFRESH COLLATION VERSION",
    "DROP DATABASE d",
    "CREATE TABLESPACE t LOCATION '/x'",
    "ALTER TABLESPACE t SET (seq_page_cost = 1)",
    "DROP TABLESPACE t",
    "ALTER EXTENSION e ADD TABLE notes",
    "DROP SUBSCRIPTION s",
    "DROP USER MAPPING FOR ada SERVER s",
];

/// One of each kind that is refused where something is masked, and why.
const LEFT_OUT: &[(&str, &[&str])] = &[
    ("the text that runs is behind a name", &["EXECUTE p", "FETCH c"]),
    (
        "it is code that nobody reads",
        &[
            "DO $$ BEGIN END $$",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE TRIGGER t BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION f()",
            "CREATE EVENT TRIGGER t ON ddl_command_end EXECUTE FUNCTION f()",
            "CREATE RULE r AS ON INSERT TO notes DO ALSO NOTHING",
            "CREATE EXTENSION e",
            "ALTER EXTENSION e UPDATE",
            "CREATE LANGUAGE l HANDLER f",
            "LOAD 'x'",
        ],
    ),
    (
        "it says which code runs for what",
        &[
            "ALTER FUNCTION leak(int) SECURITY DEFINER",
            "CREATE AGGREGATE a (text) (SFUNC = textcat, STYPE = text)",
            "CREATE TYPE t (INPUT = f, OUTPUT = g)",
            "ALTER TYPE t SET (RECEIVE = f)",
            "ALTER OPERATOR < (int, int) SET (RESTRICT = f)",
            "CREATE OPERATOR CLASS c FOR TYPE int USING btree AS OPERATOR 1 <",
            "CREATE OPERATOR FAMILY f USING btree",
            "ALTER OPERATOR FAMILY f USING btree DROP OPERATOR 1 (int, int)",
            "CREATE CAST (text AS int) WITH FUNCTION f(text)",
            "CREATE CONVERSION c FOR 'UTF8' TO 'LATIN1' FROM f",
            "CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION f(internal))",
            "CREATE ACCESS METHOD m TYPE index HANDLER f",
            "CREATE TEXT SEARCH TEMPLATE t (LEXIZE = f)",
        ],
    ),
    ("it says what is equal", &["CREATE COLLATION c (LOCALE = 'C')"]),
    ("it names commands that the server runs, and where it writes", &["ALTER SYSTEM SET archive_command = 'x'"]),
    (
        "it carries values to or from where no mask is",
        &[
            "CREATE FOREIGN DATA WRAPPER w",
            "ALTER FOREIGN DATA WRAPPER w HANDLER f",
            "CREATE SERVER s FOREIGN DATA WRAPPER w",
            "ALTER SERVER s OPTIONS (SET host 'x')",
            "CREATE FOREIGN TABLE t (a int) SERVER s",
            "IMPORT FOREIGN SCHEMA s FROM SERVER s INTO public",
            "CREATE USER MAPPING FOR ada SERVER s",
            "ALTER USER MAPPING FOR ada SERVER s OPTIONS (SET user 'x')",
            "CREATE PUBLICATION p FOR TABLE notes",
            "ALTER PUBLICATION p ADD TABLE notes",
            "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
            "ALTER SUBSCRIPTION s ENABLE",
        ],
    ),
];

/// The kind of a node, as the grammar calls it.
fn kind(node: &NodeEnum) -> String {
    format!("{node:?}").split('(').next().unwrap_or_default().to_owned()
}

/// All kinds of statements: a node is a number for its kind, and what is in it, here nothing.
fn kinds() -> BTreeSet<String> {
    let empty = |number: u32| {
        let mut bytes = Vec::new();
        prost::encoding::encode_key(number, prost::encoding::WireType::LengthDelimited, &mut bytes);
        bytes.push(0);
        pg_query::protobuf::Node::decode(&bytes[..]).ok()?.node
    };
    (1..1000).filter_map(empty).map(|node| kind(&node)).filter(|kind| kind.ends_with("Stmt")).collect()
}

/// The kind of a text, and whether it is understood.
fn read(text: &str) -> (String, bool) {
    let kind = with_tree(text, |tree| tree.statements().first().map(|node| kind(node))).flatten();
    (kind.unwrap_or_else(|| panic!("{text} is no statement")), lineage(text, &catalogue()).known)
}

#[test]
fn every_kind_of_statement_is_understood_or_left_out_for_a_reason() {
    let mut seen: BTreeSet<String> = INNER.map(str::to_owned).into();
    for text in UNDERSTOOD {
        let (kind, known) = read(text);
        assert!(known, "{text} is not understood");
        seen.insert(kind);
    }
    for (why, texts) in LEFT_OUT {
        for text in *texts {
            let (kind, known) = read(text);
            assert!(!known, "{text} is understood, but {why}");
            seen.insert(kind);
        }
    }
    let all = kinds();
    assert!(all.len() > 100, "{all:?}");
    assert_eq!(all.difference(&seen).collect::<Vec<_>>(), Vec::<&String>::new(), "nobody has looked at these");
}
