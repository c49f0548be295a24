//! What the grammar finds in statements of all kinds, and that it has an opinion of every kind.

use std::collections::BTreeSet;

use model::{Certainty, Verb};
use pg_query::protobuf::{Node, node};
use prost::Message as _;

use super::find;
use crate::parsed::with_tree;
use crate::read;
use crate::statement::Statement;

/// All commands of PostgreSQL, with their verbs and a statement of each.
const COMMANDS: &str = include_str!("../../commands.txt");

/// Kinds of nodes that are called statements and never are one of a text.
const PARTS: &[&str] = &["RawStmt", "SetOperationStmt", "ReturnStmt", "PlassignStmt", "ReplicaIdentityStmt"];

/// Kinds of which the samples of the commands are none.
const MORE: &[&str] = &[
    "ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b",
    "ALTER ROLE x SET work_mem = 1",
    "ALTER DATABASE d ALLOW_CONNECTIONS true",
    "ALTER DATABASE d REFRESH COLLATION VERSION",
    "ALTER TABLESPACE s SET (seq_page_cost = 1)",
    "ALTER EXTENSION e ADD TABLE t",
    "ALTER FUNCTION fn(int) DEPENDS ON EXTENSION e",
    "ALTER OPERATOR @@@ (int, int) SET (RESTRICT = NONE)",
    "ALTER TYPE mood SET (STORAGE = plain)",
    "CREATE TYPE c AS (a int)",
    "CREATE TYPE r AS RANGE (subtype = int)",
    "GRANT x TO y",
    "ALTER TABLE t SET SCHEMA s",
    "ALTER TABLE t OWNER TO x",
];

fn one(text: &str) -> Statement {
    let statements = read(text.as_bytes(), 4).unwrap();
    assert_eq!(statements.len(), 1, "{text}");
    statements[0].clone()
}

fn commands() -> Vec<[&'static str; 3]> {
    let line = |line: &'static str| line.split(" | ").collect::<Vec<_>>().try_into().unwrap();
    COMMANDS.lines().map(line).collect()
}

fn kind(node: &node::Node) -> String {
    format!("{node:?}").split('(').next().unwrap().to_owned()
}

/// Every kind of node that there is: one of each number of the grammar's own format.
fn kinds() -> Vec<node::Node> {
    let empty = |number: u32| {
        let mut bytes = Vec::new();
        prost::encoding::encode_key(number, prost::encoding::WireType::LengthDelimited, &mut bytes);
        bytes.push(0);
        Node::decode(&bytes[..]).unwrap().node
    };
    (1..2000).filter_map(empty).collect()
}

#[test]
fn every_kind_of_statement_is_read() {
    let all: Vec<_> = kinds().into_iter().filter(|node| kind(node).ends_with("Stmt")).collect();
    assert!(all.len() > 110, "only {} kinds of statements", all.len());
    for node in &all {
        assert_eq!(find(node).is_some(), !PARTS.contains(&kind(node).as_str()), "{}", kind(node));
    }
    // And each of them in a text.
    let mut met: BTreeSet<String> = PARTS.iter().map(|part| (*part).to_owned()).collect();
    for text in commands().iter().map(|[_, _, text]| text).chain(MORE) {
        let found = with_tree(text, |tree| tree.statements().into_iter().map(kind).collect::<Vec<_>>());
        met.extend(found.unwrap_or_else(|| panic!("not SQL: {text}")));
    }
    let missing: Vec<_> = all.iter().map(kind).filter(|kind| !met.contains(kind)).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_command_has_its_verb() {
    for [command, verb, text] in commands() {
        let statement = one(text);
        assert_eq!(statement.verb.as_str(), verb, "{text}");
        assert_eq!(statement.certainty, Certainty::Full, "{text}");
        let said = text.split(' ').next().unwrap();
        assert_eq!(command.split(' ').next().unwrap(), said, "{text}");
        // Some are named by what they do, the others by the command or the beginning of it.
        let other = matches!(command, "COPY" | "WITH");
        assert!(other || command.starts_with(statement.name), "{text} is called {}", statement.name);
    }
    for text in MORE {
        assert_eq!(one(text).certainty, Certainty::Full, "{text}");
    }
}

fn names(text: &str) -> (String, String) {
    let reading = one(text).reading.unwrap_or_else(|| panic!("not Full: {text}"));
    let spelled = |names: &[model::Name]| {
        let names: BTreeSet<String> = names.iter().map(ToString::to_string).collect();
        names.into_iter().collect::<Vec<_>>().join(" ")
    };
    (spelled(&reading.relations), spelled(&reading.functions))
}

#[test]
fn relations_and_functions_of_definitions() {
    let cases = [
        (
            "CREATE TABLE s.t (a int DEFAULT fn() REFERENCES u, CHECK (go(a)), LIKE w) INHERITS (v)",
            "s.t u v w",
            "fn go",
        ),
        ("CREATE TABLE t PARTITION OF p FOR VALUES IN (fn(1))", "p t", "fn"),
        ("CREATE TABLE t (a int, b int GENERATED ALWAYS AS (fn(a)) STORED) PARTITION BY RANGE (go(a))", "t", "fn go"),
        ("CREATE INDEX i ON t (upper(a), fn(b)) WHERE go(c)", "t", "fn go upper"),
        ("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES s.u", "s.u t", ""),
        ("ALTER TABLE t ATTACH PARTITION p DEFAULT", "p t", ""),
        ("ALTER TABLE t INHERIT p", "p t", ""),
        ("CREATE VIEW v AS SELECT fn(a) FROM t JOIN u ON true", "t u v", "fn"),
        ("CREATE MATERIALIZED VIEW v AS SELECT 1 FROM t", "t v", ""),
        ("CREATE RULE r AS ON INSERT TO t DO ALSO INSERT INTO log SELECT fn(new.a)", "log t", "fn"),
        ("CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW WHEN (go(new.a)) EXECUTE FUNCTION s.fn()", "t", "go s.fn"),
        ("CREATE POLICY p ON t USING (a IN (SELECT a FROM u))", "t u", ""),
        (
            "CREATE FUNCTION fn() RETURNS int BEGIN ATOMIC DELETE FROM t WHERE a = go(1); SELECT a FROM u; END",
            "t u",
            "fn go",
        ),
        ("CREATE FUNCTION fn() RETURNS int RETURN (SELECT a FROM t)", "t", "fn"),
        ("CREATE AGGREGATE agg(int) (sfunc = s.fn, stype = int)", "", "s.fn"),
        ("COMMENT ON COLUMN s.t.a IS 'x'", "s.t", ""),
        ("COMMENT ON TABLE t IS 'x'", "t", ""),
        ("COMMENT ON FUNCTION fn(int) IS 'x'", "", "fn"),
        ("DROP TABLE t, s.u", "s.u t", ""),
        ("DROP TRIGGER g ON s.t", "s.t", ""),
        ("DROP INDEX i", "", ""),
        ("ALTER TABLE s.t RENAME a TO b", "s.t", ""),
        ("ALTER TABLE t OWNER TO x", "t", ""),
        ("GRANT SELECT ON s.t, u TO x", "s.t u", ""),
        ("GRANT EXECUTE ON FUNCTION fn(int) TO x", "", "fn"),
        ("VACUUM t, s.u", "s.u t", ""),
        ("CLUSTER t USING i", "t", ""),
        ("REINDEX TABLE t", "t", ""),
        ("REFRESH MATERIALIZED VIEW v", "v", ""),
        ("LOCK t, u", "t u", ""),
        ("TRUNCATE t, u", "t u", ""),
        ("CREATE PUBLICATION p FOR TABLE t WHERE (fn(a)), u", "t u", "fn"),
        ("CREATE STATISTICS s ON a, (fn(b)) FROM t", "t", "fn"),
        ("COPY t FROM STDIN WHERE fn(a)", "t", "fn"),
        ("EXECUTE p (fn(1))", "", "fn"),
        ("CALL s.p(fn(1))", "", "fn s.p"),
        ("CREATE SCHEMA s CREATE TABLE t (a int) CREATE VIEW v AS SELECT 1 FROM u", "t u v", ""),
    ];
    for (text, relations, functions) in cases {
        assert_eq!(names(text), (relations.to_owned(), functions.to_owned()), "{text}");
    }
}

/// Code of a user that runs now is a call; what a definition only keeps is not.
#[test]
fn definitions_that_run_code() {
    for text in [
        "CREATE INDEX i ON t (fn(a))",
        "CREATE INDEX i ON t (a) WHERE fn(a)",
        "ALTER TABLE t ADD CHECK (fn(a))",
        "ALTER TABLE t ADD COLUMN b int DEFAULT fn()",
        "ALTER TABLE t ALTER a TYPE int USING fn(a)",
        "ALTER DOMAIN d ADD CHECK (fn(VALUE))",
        "CREATE TABLE n AS SELECT fn(1)",
        "CREATE MATERIALIZED VIEW n AS SELECT fn(1)",
        "CREATE TABLE n PARTITION OF t FOR VALUES IN (fn(1))",
        "SELECT fn(1) INTO n",
        "PREPARE p AS SELECT fn(1)",
        "EXPLAIN SELECT fn(1)",
        "EXPLAIN EXECUTE p",
        "COPY (SELECT fn(1)) TO STDOUT",
        "COPY t FROM STDIN WHERE fn(a)",
        "DECLARE c CURSOR FOR SELECT fn(1)",
    ] {
        assert_eq!((one(text).verb, one(text).certainty), (Verb::Call, Certainty::Full), "{text}");
    }
    for text in [
        "CREATE TABLE t (a int DEFAULT fn(), CHECK (fn(a)))",
        "CREATE VIEW v AS SELECT fn(1)",
        "ALTER TABLE t ALTER a SET DEFAULT fn()",
        "CREATE DOMAIN d AS int CHECK (fn(VALUE))",
        "CREATE FUNCTION go() RETURNS int RETURN fn()",
    ] {
        assert_eq!((one(text).verb, one(text).certainty), (Verb::Ddl, Certainty::Full), "{text}");
    }
}

#[test]
fn settings_and_rights_have_the_verb_of_what_they_change() {
    for (text, verb) in [
        ("SET LOCAL work_mem = 1", Verb::Session),
        ("SET statement_timeout = 0", Verb::SessionGuard),
        ("SET \"Role\" = x", Verb::SessionIdentity),
        ("RESET ROLE", Verb::SessionIdentity),
        ("RESET ALL", Verb::SessionIdentity),
        ("DISCARD ALL", Verb::SessionIdentity),
        ("SET TIME ZONE 'UTC'", Verb::Session),
        ("SET NAMES 'UTF8'", Verb::Session),
        ("SET XML OPTION CONTENT", Verb::Session),
        ("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", Verb::SessionGuard),
        ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY, ISOLATION LEVEL SERIALIZABLE", Verb::Session),
        ("SELECT set_config('work_mem', '1', false)", Verb::Session),
        ("SELECT pg_catalog.set_config('row_security', 'off', false)", Verb::SessionGuard),
        ("SELECT set_config('Role', 'x', false)", Verb::SessionIdentity),
        ("SELECT set_config('ro' || 'le', 'x', false)", Verb::Unknown),
        ("SELECT set_config($1, 'x', false)", Verb::Unknown),
        ("SELECT s.set_config('work_mem', '1', false)", Verb::Call),
        ("ALTER TABLE t ENABLE ROW LEVEL SECURITY", Verb::Grant),
        ("ALTER VIEW v OWNER TO x", Verb::Grant),
        ("DROP POLICY p ON t", Verb::Grant),
        ("ALTER POLICY p ON t RENAME TO q", Verb::Grant),
        ("CREATE SCHEMA s CREATE TABLE t (a int) GRANT SELECT ON t TO x", Verb::Grant),
    ] {
        assert_eq!((one(text).verb, one(text).certainty), (verb, Certainty::Full), "{text}");
    }
}
