//! Where statements end and what they may do, on cases from the attack list, on noise, and on hostile sizes.

use std::time::{Duration, Instant};

use model::{Certainty, Verb};

use super::{TooManyStatements, split, split_either};
use crate::lexer::{Kind, Lexer};
use crate::statement::{SessionEffects, Statement};

const MANY: usize = 10_000;

fn pieces(text: &str, standard_conforming_strings: bool) -> Vec<&str> {
    let statements = split(text.as_bytes(), standard_conforming_strings, MANY).unwrap();
    statements.into_iter().map(|statement| &text[statement.range]).collect()
}

fn one(text: &str) -> Statement {
    let mut statements = split(text.as_bytes(), true, MANY).unwrap();
    assert_eq!(statements.len(), 1, "{text}");
    statements.pop().unwrap()
}

fn is_opaque(text: &[u8], standard_conforming_strings: bool) -> bool {
    let statements = split(text, standard_conforming_strings, MANY).unwrap();
    let [statement] = &statements[..] else { return false };
    statement.certainty == Certainty::Opaque
        && statement.verb == Verb::Unknown
        && statement.range == (0..text.len())
        && statement.effects == SessionEffects { prepares: true, transaction: true }
}

#[test]
fn statements_end_where_the_server_ends_them() {
    let cases: &[(&str, &[&str])] = &[
        ("", &[]),
        (" ;; /* nothing */ ; -- here\n;", &[]),
        ("SELECT 1", &["SELECT 1"]),
        (" SELECT 1 ; DROP TABLE t ; ", &["SELECT 1", "DROP TABLE t"]),
        ("/* a */ SELECT 1 -- b\n; SELECT 2", &["/* a */ SELECT 1 -- b", "SELECT 2"]),
        ("SELECT 1 -- ;\r; SELECT 2", &["SELECT 1 -- ;", "SELECT 2"]),
        ("SELECT 1 --\rDROP TABLE t; SELECT 2", &["SELECT 1 --\rDROP TABLE t", "SELECT 2"]),
        ("SELECT /* /* ; */ ; */ 1; SELECT 2", &["SELECT /* /* ; */ ; */ 1", "SELECT 2"]),
        ("SELECT /*/ ; */ 1; SELECT 2", &["SELECT /*/ ; */ 1", "SELECT 2"]),
        ("SELECT 1 /* ; **/; SELECT 2", &["SELECT 1 /* ; **/", "SELECT 2"]),
        ("SELECT 1 /*!50000 ; */; SELECT 2", &["SELECT 1 /*!50000 ; */", "SELECT 2"]),
        ("SELECT 1 +/* ; */ 2; SELECT 2", &["SELECT 1 +/* ; */ 2", "SELECT 2"]),
        ("SELECT 1 *--;\n2; SELECT 2", &["SELECT 1 *--;\n2", "SELECT 2"]),
        ("SELECT ';'';'; SELECT 2", &["SELECT ';'';'", "SELECT 2"]),
        (r"SELECT '\'; DROP TABLE t; --'", &[r"SELECT '\'", "DROP TABLE t"]),
        (r"SELECT E'\''; DROP TABLE t; --'", &[r"SELECT E'\''", "DROP TABLE t"]),
        (r"SELECT E'\'; DROP TABLE t; --'", &[r"SELECT E'\'; DROP TABLE t; --'"]),
        (r"SELECT e'\\'; DROP TABLE t", &[r"SELECT e'\\'", "DROP TABLE t"]),
        ("SELECT E'a' -- c\n '\\';'; SELECT 2", &["SELECT E'a' -- c\n '\\';'", "SELECT 2"]),
        (r"SELECT fooE'\'; SELECT 2", &[r"SELECT fooE'\'", "SELECT 2"]),
        (r"SELECT N'\'; SELECT 2", &[r"SELECT N'\'", "SELECT 2"]),
        (r"SELECT U&'\0061;'; SELECT 2", &[r"SELECT U&'\0061;'", "SELECT 2"]),
        (r#"SELECT U&"\0061;"; SELECT 2"#, &[r#"SELECT U&"\0061;""#, "SELECT 2"]),
        ("SELECT B'1;', X'1;'; SELECT 2", &["SELECT B'1;', X'1;'", "SELECT 2"]),
        (r#"SELECT ";"";"; SELECT 2"#, &[r#"SELECT ";"";""#, "SELECT 2"]),
        ("SELECT $$;$$; SELECT 2", &["SELECT $$;$$", "SELECT 2"]),
        ("SELECT $a$;$b$;$a$; SELECT 2", &["SELECT $a$;$b$;$a$", "SELECT 2"]),
        ("SELECT $a$;$A$;$xa$;$$;$a$; SELECT 2", &["SELECT $a$;$A$;$xa$;$$;$a$", "SELECT 2"]),
        ("SELECT a$a$; SELECT b$a$", &["SELECT a$a$", "SELECT b$a$"]),
        ("SELECT $é$;$é$; SELECT 2", &["SELECT $é$;$é$", "SELECT 2"]),
        ("SELECT $1; SELECT $2", &["SELECT $1", "SELECT $2"]),
        ("SELECT 1.5e-3, .5, 0x1F, 1_000; SELECT 2", &["SELECT 1.5e-3, .5, 0x1F, 1_000", "SELECT 2"]),
        ("SELECT a[1:2], b::int, c.*; SELECT 2", &["SELECT a[1:2], b::int, c.*", "SELECT 2"]),
        (
            "CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b); SELECT 2",
            &["CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b)", "SELECT 2"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(pieces(text, true), *expected, "{text}");
    }
}

#[test]
fn backslashes_count_only_when_the_setting_says_so() {
    let text = r"SELECT '\'; DROP TABLE t; --'";
    assert_eq!(pieces(text, false), [text]);
    assert_eq!(pieces(r"SELECT '\\'; SELECT N'\';'", false), [r"SELECT '\\'", r"SELECT N'\';'"]);
    assert_eq!(pieces(r"SELECT '\';' 'a'; SELECT 2", false), [r"SELECT '\';' 'a'", "SELECT 2"]);
    assert_eq!(pieces(r#"SELECT "\"; SELECT $$\$$"#, false), [r#"SELECT "\""#, r"SELECT $$\$$"]);
    assert!(is_opaque(br"SELECT U&'a'", false));
    // In doubt about the setting.
    assert_eq!(split_either(text.as_bytes(), MANY).unwrap()[0].certainty, Certainty::Opaque);
    assert_eq!(split_either(b"SELECT 'a''b'; SELECT 2", MANY).unwrap().len(), 2);
    assert_eq!(split_either(br"SELECT E'\''; SELECT '\n'", MANY).unwrap().len(), 2);
}

#[test]
fn bodies_of_functions_hold_semicolons() {
    let keep = [
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END",
        "create or replace procedure p() begin /* */ atomic insert into t values (1); end",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC END",
        "CREATE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT CASE WHEN a > 0 THEN CASE a WHEN 1 THEN 2 END END; END",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 AS case; SELECT 2 AS end; END",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT (1); END",
    ];
    for text in keep {
        assert_eq!(pieces(&format!("{text}; DROP TABLE t"), true), [text, "DROP TABLE t"]);
    }
    let cut: &[(&str, usize)] = &[
        // A label deceives counters of CASE and END.
        ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 case; END; DROP TABLE t; SELECT 1 AS end", 3),
        ("CREATE FUNCTION begin() RETURNS int RETURN 1; DROP TABLE t", 2),
        ("CREATE FUNCTION f() RETURNS int RETURN (SELECT begin atomic FROM t); DROP TABLE t", 2),
        (r#"CREATE FUNCTION f() RETURNS int "begin" atomic; DROP TABLE t"#, 2),
        ("CREATE TABLE f AS SELECT begin atomic FROM t; DROP TABLE t", 2),
        ("SELECT begin atomic FROM t; DROP TABLE t", 2),
        ("BEGIN; SELECT 1; END", 3),
        ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT begin atomic FROM t; END; DROP TABLE t", 2),
    ];
    for (text, count) in cut {
        assert_eq!(pieces(text, true).len(), *count, "{text}");
    }
}

#[test]
fn what_cannot_be_lexed_is_opaque_as_a_whole() {
    let cases: &[&str] = &[
        "SELECT 1; SELECT 'a",
        "SELECT 1; SELECT E'a\\'",
        "SELECT E'\\",
        "SELECT B'1",
        "SELECT U&'1",
        "SELECT \"a",
        "SELECT U&\"a\"\"",
        "SELECT $$a",
        "SELECT $a$ $A$",
        "SELECT $a",
        "SELECT $",
        "SELECT /* /* */ 1",
        "SELECT /*",
        "SELECT (1",
        "SELECT 1)",
        "SELECT (1; DROP TABLE t; SELECT 1)",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; DROP TABLE t",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT (1; END",
        "SELECT 1 \0; DROP TABLE t",
        "SELECT '\0'",
        "SELECT 1 \\ 2",
        "SELECT {1}",
        "SELECT 1a",
        "SELECT 1$$;$$",
        "SELECT $1a",
        "SELECT 1e",
        "SELECT 1E'\\';'",
        "SELECT \u{1}",
    ];
    for text in cases {
        assert!(is_opaque(text.as_bytes(), true), "{text}");
    }
}

#[test]
fn a_statement_has_the_verb_of_its_worst_word() {
    use Verb::{Call, CopyIn, CopyOut, Ddl, Grant, Read, Session, SessionIdentity, Transaction, Unknown, Write};
    let cases: &[(&str, Verb, &str)] = &[
        ("SELECT a FROM t", Read, "SELECT"),
        ("sElEcT now()", Read, "SELECT"),
        ("((SELECT 1) UNION SELECT 2)", Read, "SELECT"),
        ("VALUES (1)", Read, "VALUES"),
        ("TABLE t", Read, "TABLE"),
        ("SELECT \"update\", 'DELETE', $$INSERT$$ /* MERGE */ FROM t", Read, "SELECT"),
        ("SELECT * INTO t FROM u", Ddl, "SELECT INTO"),
        ("SELECT insert INTO t FROM u", Ddl, "SELECT INTO"),
        ("SELECT f(1) insert INTO t", Call, "SELECT INTO"),
        ("SELECT * FROM t FOR UPDATE", Write, "SELECT FOR UPDATE"),
        ("SELECT * FROM t FOR NO KEY UPDATE", Write, "SELECT FOR UPDATE"),
        ("SELECT * FROM t FOR SHARE", Write, "SELECT FOR SHARE"),
        ("SELECT * FROM t FOR KEY SHARE", Write, "SELECT FOR SHARE"),
        ("WITH x AS (SELECT 1) SELECT * FROM x", Read, "SELECT"),
        ("WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", Write, "DELETE"),
        ("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", Write, "INSERT"),
        ("WITH x AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * INTO u FROM x", Ddl, "SELECT INTO"),
        ("WITH x AS (SELECT 1) MERGE INTO t USING x ON true WHEN MATCHED THEN DELETE", Write, "MERGE"),
        ("INSERT INTO t VALUES (1)", Write, "INSERT"),
        ("MERGE INTO t USING u ON true WHEN MATCHED THEN DO NOTHING", Write, "MERGE"),
        ("TRUNCATE t", Write, "TRUNCATE"),
        ("LOCK TABLE t", Write, "LOCK"),
        ("EXPLAIN SELECT 1", Read, "EXPLAIN"),
        ("EXPLAIN VERBOSE DELETE FROM t", Read, "EXPLAIN"),
        ("EXPLAIN (COSTS off) DELETE FROM t", Read, "EXPLAIN"),
        ("EXPLAIN (SELECT 1)", Read, "EXPLAIN"),
        ("EXPLAIN ANALYZE DELETE FROM t", Write, "EXPLAIN ANALYZE"),
        ("EXPLAIN ANALYZE VERBOSE DELETE FROM t", Write, "EXPLAIN ANALYZE"),
        ("EXPLAIN ANALYSE (WITH x AS (DELETE FROM t RETURNING 1) SELECT * FROM x)", Write, "EXPLAIN ANALYZE"),
        ("EXPLAIN (FORMAT json, ANALYZE) DELETE FROM t", Write, "EXPLAIN ANALYZE"),
        ("EXPLAIN (ANALYZE off, ANALYZE on) DELETE FROM t", Write, "EXPLAIN ANALYZE"),
        ("EXPLAIN (ANALYZE false) DELETE FROM t", Read, "EXPLAIN"),
        ("EXPLAIN (\"analyze\") DELETE FROM t", Write, "EXPLAIN ANALYZE"),
        ("EXPLAIN (ANALYZE) EXECUTE p", Call, "EXPLAIN ANALYZE"),
        ("EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1", Ddl, "EXPLAIN ANALYZE"),
        ("EXPLAIN EXPLAIN SELECT 1", Unknown, "EXPLAIN"),
        ("COPY t FROM STDIN", CopyIn, "COPY FROM STDIN"),
        ("COPY s.from (a, b) FROM STDIN WITH (FORMAT csv)", CopyIn, "COPY FROM STDIN"),
        ("COPY t TO STDOUT", CopyOut, "COPY TO STDOUT"),
        ("COPY t TO STDIN", CopyOut, "COPY TO STDOUT"),
        ("COPY (SELECT a FROM t) TO STDOUT", CopyOut, "COPY TO STDOUT"),
        ("COPY (DELETE FROM t RETURNING *) TO STDOUT", Write, "COPY QUERY"),
        ("COPY t FROM PROGRAM 'id'", Unknown, "COPY PROGRAM"),
        ("COPY s.from FROM PROGRAM 'id'", Unknown, "COPY PROGRAM"),
        ("COPY (SELECT a FROM t) TO PROGRAM 'id'", Unknown, "COPY PROGRAM"),
        ("COPY t TO '/tmp/x'", Unknown, "COPY FILE"),
        ("COPY t TO $$/tmp/x$$", Unknown, "COPY FILE"),
        ("COPY t", Unknown, "COPY"),
        ("PREPARE p AS DELETE FROM t", Write, "PREPARE"),
        ("PREPARE p (int) AS SELECT $1", Read, "PREPARE"),
        ("PREPARE transaction AS SELECT 1", Read, "PREPARE"),
        ("PREPARE TRANSACTION 'x'", Transaction, "PREPARE TRANSACTION"),
        ("EXECUTE p", Call, "EXECUTE"),
        ("DO $$BEGIN DELETE FROM t; END$$", Call, "DO"),
        ("CALL p()", Call, "CALL"),
        ("LOAD 'x'", Call, "LOAD"),
        ("CREATE TABLE t AS EXECUTE p", Call, "CREATE TABLE"),
        ("DECLARE c CURSOR FOR SELECT * FROM t", Read, "DECLARE"),
        ("DECLARE c CURSOR FOR SELECT * FROM t FOR UPDATE", Write, "SELECT FOR UPDATE"),
        ("FETCH 1 FROM c", Session, "FETCH"),
        ("LISTEN x", Session, "LISTEN"),
        ("SET search_path TO x", Session, "SET"),
        ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", Session, "SET"),
        ("SET ROLE x", SessionIdentity, "SET ROLE"),
        ("SET LOCAL ROLE x", SessionIdentity, "SET ROLE"),
        ("SET SESSION \"Role\" = x", SessionIdentity, "SET ROLE"),
        ("SET U&\"\\0072ole\" = x", SessionIdentity, "SET ROLE"),
        ("SET SESSION AUTHORIZATION x", SessionIdentity, "SET SESSION AUTHORIZATION"),
        ("SET SESSION SESSION AUTHORIZATION x", SessionIdentity, "SET SESSION AUTHORIZATION"),
        ("SET LOCAL SESSION AUTHORIZATION x", SessionIdentity, "SET SESSION AUTHORIZATION"),
        ("SET session_authorization = x", SessionIdentity, "SET SESSION AUTHORIZATION"),
        ("RESET ALL", SessionIdentity, "RESET ALL"),
        ("RESET role", SessionIdentity, "RESET ROLE"),
        ("RESET SESSION AUTHORIZATION", SessionIdentity, "RESET SESSION AUTHORIZATION"),
        ("RESET work_mem", Session, "RESET"),
        ("DISCARD ALL", SessionIdentity, "DISCARD ALL"),
        ("DISCARD PLANS", Session, "DISCARD"),
        ("BEGIN", Transaction, "BEGIN"),
        ("START TRANSACTION READ ONLY", Transaction, "START TRANSACTION"),
        ("ROLLBACK TO s", Transaction, "ROLLBACK"),
        ("COMMIT PREPARED 'x'", Call, "COMMIT PREPARED"),
        ("START_REPLICATION SLOT x", Unknown, "UNKNOWN"),
        ("GRANT ALL ON t TO x", Grant, "GRANT"),
        ("CREATE ROLE x", Grant, "CREATE ROLE"),
        ("create user mapping for x server y", Grant, "CREATE USER MAPPING"),
        ("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO x", Grant, "ALTER DEFAULT PRIVILEGES"),
        ("ALTER TABLE t OWNER TO x", Grant, "ALTER TABLE"),
        ("ALTER TABLE t DISABLE ROW LEVEL SECURITY", Grant, "ALTER TABLE"),
        ("CREATE SCHEMA s CREATE TABLE t (a int) GRANT ALL ON t TO PUBLIC", Grant, "CREATE SCHEMA"),
        ("DROP OWNED BY x", Grant, "DROP OWNED"),
        ("ALTER SYSTEM SET archive_command = 'id'", Unknown, "ALTER SYSTEM"),
        ("CREATE TABLE t (a int)", Ddl, "CREATE TABLE"),
        ("CREATE UNLOGGED TABLE t (a int)", Ddl, "CREATE TABLE"),
        ("CREATE OR REPLACE TEMP RECURSIVE VIEW v AS SELECT 1", Ddl, "CREATE VIEW"),
        ("CREATE UNIQUE INDEX i ON t (a)", Ddl, "CREATE INDEX"),
        ("CREATE CAST (a AS b) WITHOUT FUNCTION", Ddl, "CREATE CAST"),
        ("DROP DATABASE d", Ddl, "DROP DATABASE"),
        ("VACUUM", Ddl, "VACUUM"),
        ("FROBNICATE t", Unknown, "UNKNOWN"),
        ("\"select\" 1", Unknown, "UNKNOWN"),
        ("'a'", Unknown, "UNKNOWN"),
        ("\u{feff}SELECT 1", Unknown, "UNKNOWN"),
        ("ſELECT 1", Unknown, "UNKNOWN"),
    ];
    for (text, verb, name) in cases {
        let statement = one(text);
        assert_eq!((statement.verb, statement.name), (*verb, *name), "{text}");
        assert_eq!(statement.certainty, Certainty::Lexed, "{text}");
    }
}

#[test]
fn only_what_provably_has_no_effect_is_full() {
    let full = [
        "SELECT 1",
        "select -1, 2.5, 'a', E'\\n', NULL, true, FALSE",
        "/* ping */ SELECT 'a'\n'b'",
        "SHOW search_path",
        "SHOW my.setting",
        "SHOW \"Setting\"",
        "SHOW TRANSACTION ISOLATION LEVEL",
    ];
    for text in full {
        let statement = one(text);
        assert_eq!((statement.verb, statement.certainty), (Verb::Read, Certainty::Full), "{text}");
    }
    let lexed = [
        "SELECT",
        "SELECT f()",
        "SELECT a",
        "SELECT \"a\"",
        "SELECT 1 + 1",
        "SELECT - 'a'",
        "SELECT - - 1",
        "SELECT +1",
        "SELECT 'a'::int",
        "SELECT int '1'",
        "SELECT (1)",
        "SELECT $1",
        "SELECT $$a$$",
        "SELECT B'1'",
        "SELECT N'a'",
        "SELECT current_user",
        "SELECT 1 a",
        "SELECT 1 AS a",
        "SELECT 1,",
        "SELECT *",
        "SELECT 1 UNION SELECT 2",
        "VALUES (1)",
        "(SELECT 1)",
        "SHOW",
        "SHOW 1",
        "SHOW a, b",
        "EXPLAIN SELECT 1",
        "PREPARE p AS SELECT 1",
        "WITH x AS (SELECT 1) SELECT 1",
        "SELECT DISTINCT 1",
        "SELECT 1 'a'",
        "SELECT U&'a'",
    ];
    for text in lexed {
        assert_eq!(one(text).certainty, Certainty::Lexed, "{text}");
    }
}

#[test]
fn effects_on_the_session_are_told() {
    let prepares = [
        "PREPARE p AS SELECT 1",
        "DEALLOCATE p",
        "DISCARD ALL",
        "DISCARD PLANS",
        "EXECUTE p",
        "DO $$$$",
        "CALL p()",
        "FROBNICATE",
        "CREATE TABLE t AS EXECUTE p",
        "EXPLAIN ANALYZE EXECUTE p",
    ];
    for text in prepares {
        assert!(one(text).effects.prepares, "{text}");
    }
    for text in ["BEGIN", "END", "ROLLBACK", "SAVEPOINT a", "RELEASE a", "PREPARE TRANSACTION 'x'", "FROBNICATE"] {
        assert!(one(text).effects.transaction, "{text}");
    }
    for text in ["SELECT f()", "INSERT INTO t VALUES (1)", "SET a = 1", "CREATE TABLE t ()"] {
        assert_eq!(one(text).effects, SessionEffects::default(), "{text}");
    }
}

#[test]
fn the_number_of_statements_is_bounded() {
    assert_eq!(split(b"SELECT 1;;;SELECT 2;", true, 2).map(|statements| statements.len()), Ok(2));
    assert_eq!(split(b"SELECT 1;SELECT 2;SELECT 3", true, 2), Err(TooManyStatements));
    assert_eq!(split(b"SELECT 1;SELECT 2;SELECT 3;", true, 2), Err(TooManyStatements));
    assert_eq!(split(b";;;", true, 0), Ok(vec![]));
}

#[test]
fn tokens_cover_what_is_neither_space_nor_comment() {
    let text = b"SELECT a.b+-1,$1 FROM \"x\" -- end";
    let tokens: Vec<_> = Lexer::new(text, true).map(|token| token.unwrap()).collect();
    let words: Vec<_> = tokens.iter().map(|token| std::str::from_utf8(token.text).unwrap()).collect();
    assert_eq!(words, ["SELECT", "a", ".", "b", "+-", "1", ",", "$1", "FROM", "\"x\""]);
    assert_eq!(tokens[0].kind, Kind::Word);
    assert!(tokens.iter().all(|token| text[token.start..].starts_with(token.text)));
}

/// A small generator of noise (xorshift), so that a failure can be repeated from its seed.
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }
}

const PARTS: &[&str] = &[
    "'",
    "''",
    "\"",
    "\\",
    "E'",
    "U&'",
    "U&\"",
    "B'",
    "$",
    "$$",
    "$a$",
    "$1",
    "/*",
    "*/",
    "--",
    "\n",
    "\r",
    " ",
    ";",
    ";",
    "(",
    ")",
    "[",
    ",",
    ".",
    "1",
    "1e",
    "0x",
    "+",
    "-",
    "*",
    "/",
    "a",
    "é",
    "\0",
    "CREATE ",
    "FUNCTION ",
    "RULE ",
    "BEGIN ",
    "ATOMIC ",
    "END",
    "CASE ",
    "SELECT ",
    "INTO ",
    "WITH ",
    "AS ",
    "DELETE ",
    "EXPLAIN ",
    "ANALYZE ",
    "COPY ",
    "FROM ",
    "TO ",
    "PROGRAM ",
    "STDIN",
    "PREPARE ",
    "SET ",
    "ROLE ",
    "SHOW ",
    "FOR ",
    "UPDATE ",
    "\u{1}",
    "{",
];

#[test]
fn noise_yields_ordered_disjoint_ranges() {
    for seed in 1..=20_000_u64 {
        let mut noise = Noise(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let length = noise.below(24);
        let mut text: Vec<u8> = (0..length).flat_map(|_| PARTS[noise.below(PARTS.len())].bytes()).collect();
        if noise.below(4) == 0 {
            text.iter_mut().for_each(|byte| *byte ^= u8::try_from(noise.below(2) * 0x80).unwrap());
        }
        for standard_conforming_strings in [true, false] {
            let statements = split(&text, standard_conforming_strings, MANY).unwrap();
            let mut end = 0;
            for statement in &statements {
                assert!(end <= statement.range.start, "seed {seed}");
                assert!(
                    statement.range.start < statement.range.end && statement.range.end <= text.len(),
                    "seed {seed}"
                );
                end = statement.range.end;
                // A piece alone reads as it read in its place.
                let alone = split(&text[statement.range.clone()], standard_conforming_strings, MANY).unwrap();
                assert_eq!((alone.len(), alone[0].verb, alone[0].certainty), (1, statement.verb, statement.certainty));
            }
        }
    }
}

#[test]
fn hostile_texts_take_linear_time() {
    // The four plainest are tried at eight times this size.
    const SIZE: usize = 1 << 17;
    let patterns = [
        "/*",
        "*/",
        "$a",
        "$a$",
        "$a$ $b$ ",
        "$",
        "'",
        "'a'\n",
        "'a' ",
        "E'\\",
        "\"",
        "(",
        ")",
        "()",
        "[",
        "+/**/",
        "+-",
        "-",
        "--",
        "--\n",
        "*",
        "/",
        "1",
        "1.",
        "1e1 ",
        "a",
        "é",
        ";",
        "/**/",
        "SELECT ",
        "WITH ",
        "EXPLAIN ",
        "PREPARE a AS ",
        "EXPLAIN (",
        "CREATE FUNCTION BEGIN ATOMIC ",
        "SELECT 1 INTO ",
        "COPY (",
        "(SELECT ",
        "SET SESSION ",
        "U&'",
        "\0",
        " ",
        "' -- \n",
    ];
    for pattern in patterns {
        let size = if matches!(pattern, "/*" | "$a" | "'" | "(") { 8 * SIZE } else { SIZE };
        for prefix in ["", "SELECT "] {
            let text = [prefix, &pattern.repeat(size / pattern.len())].concat();
            for standard_conforming_strings in [true, false] {
                let begun = Instant::now();
                let _ = split(text.as_bytes(), standard_conforming_strings, MANY);
                assert!(begun.elapsed() < Duration::from_secs(3), "{prefix}{pattern} took {:?}", begun.elapsed());
            }
        }
    }
}
