//! The tiers, and that the milder reading is taken only where all is known.

use model::{Certainty, Verb};

use super::*;
use model::Name;

fn one(text: &str) -> Statement {
    let statements = read(text.as_bytes(), 16).unwrap();
    assert_eq!(statements.len(), 1, "{text}");
    statements[0].clone()
}

#[test]
fn what_only_reads_is_full() {
    for text in [
        "SELECT * FROM t",
        "SELECT a, count(*) FROM s.t WHERE b > 1 AND c LIKE 'x%' GROUP BY a HAVING max(d) < 3 ORDER BY 1 LIMIT 5",
        "SELECT upper(a), now(), current_date, coalesce(b, 'x')::text FROM t LEFT JOIN u USING (id)",
        "WITH q AS (SELECT 1 AS a) SELECT a, rank() OVER (PARTITION BY a ORDER BY a) FROM q",
        "VALUES (1, 'a'), (2, 'b')",
        "TABLE t",
        "SELECT update, delete FROM t",
        "SELECT a AS insert FROM t",
        "(SELECT 1) UNION ALL (SELECT 2)",
        "EXPLAIN SELECT * FROM t",
        "EXPLAIN (ANALYZE off) DELETE FROM t",
        "EXPLAIN ANALYZE SELECT * FROM t",
        "SELECT json_build_object('a', a), JSON_OBJECT('a': a) FROM t",
        "SELECT x FROM generate_series(1, 3) AS g(x), LATERAL (SELECT g.x) q",
    ] {
        let statement = one(text);
        assert_eq!((statement.verb, statement.certainty), (Verb::Read, Certainty::Full), "{text}");
    }
}

/// What a function, an operator or a type of somebody's own does is not known.
#[test]
fn code_of_unknown_body_is_a_call() {
    for text in [
        "SELECT f(a) FROM t",
        "SELECT public.upper(a) FROM t",
        "SELECT query_to_xml('DELETE FROM t', true, true, '')",
        "SELECT * FROM dblink('x', 'y') AS t(a int)",
        "SELECT a::mood FROM t",
        "SELECT a OPERATOR(s.+) b FROM t",
        "SELECT a @#@ b FROM t",
        "SELECT a FROM t ORDER BY a USING OPERATOR(s.<)",
        "SELECT * FROM json_to_record('{}') AS t(a mood)",
        "SELECT sum(f(a)) FILTER (WHERE true) FROM t",
        "SELECT 1 WHERE EXISTS (SELECT f())",
        "SELECT rank() OVER (ORDER BY f()) FROM t",
        "SELECT * FROM (SELECT * FROM f()) q",
        "INSERT INTO t SELECT f()",
        "SELECT * FROM t WHERE a = ANY (ARRAY[f(1)])",
        "SELECT a[f(1)] FROM t",
        "SELECT 1 LIMIT f(1)",
        "SELECT DISTINCT ON (f(a)) a FROM t",
        "VALUES (f(1))",
        "EXPLAIN SELECT f(1)",
        "COPY (SELECT f(1)) TO STDOUT",
    ] {
        let statement = one(text);
        assert!(statement.verb == Verb::Call && statement.certainty == Certainty::Full, "{text}");
        assert!(!statement.facts().unbounded_write, "{text}");
    }
}

#[test]
fn functions_of_the_server_have_their_verbs() {
    for (text, verb) in [
        ("SELECT random(), now(), clock_timestamp(), gen_random_uuid()", Verb::Read),
        ("SELECT nextval('s')", Verb::Write),
        ("SELECT lo_unlink(1)", Verb::Write),
        ("SELECT pg_notify('a', 'b')", Verb::Session),
        ("SELECT pg_advisory_lock(1)", Verb::Session),
        ("SELECT pg_terminate_backend(1)", Verb::Ddl),
        ("SELECT pg_read_file('x')", Verb::Unknown),
        ("INSERT INTO t VALUES (pg_read_file('x'))", Verb::Unknown),
    ] {
        assert_eq!((one(text).verb, one(text).certainty), (verb, Certainty::Full), "{text}");
    }
}

/// It may be a function too.
#[test]
fn a_field_of_a_value_is_not_understood() {
    assert_eq!(one("SELECT (t).f FROM t").certainty, Certainty::Lexed);
}

#[test]
fn verbs_and_names() {
    let cases = [
        ("SELECT 1 FROM t FOR UPDATE", Verb::Write, "SELECT FOR UPDATE"),
        ("SELECT 1 FROM t FOR NO KEY UPDATE", Verb::Write, "SELECT FOR UPDATE"),
        ("SELECT 1 FROM t FOR KEY SHARE", Verb::Write, "SELECT FOR SHARE"),
        ("SELECT * FROM (SELECT 1 FROM t FOR UPDATE) q", Verb::Write, "SELECT FOR UPDATE"),
        ("WITH d AS (DELETE FROM t WHERE a = 1 RETURNING 1) SELECT * FROM d", Verb::Write, "DELETE"),
        ("SELECT 1 INTO u FROM t", Verb::Ddl, "SELECT INTO"),
        ("EXPLAIN ANALYZE DELETE FROM t WHERE a = 1", Verb::Write, "EXPLAIN ANALYZE"),
        ("EXPLAIN DELETE FROM t WHERE a = 1", Verb::Read, "EXPLAIN"),
        ("COPY t TO STDOUT", Verb::CopyOut, "COPY TO STDOUT"),
        ("COPY (DELETE FROM t WHERE a = 1 RETURNING *) TO STDOUT", Verb::Write, "COPY QUERY"),
        ("DECLARE c CURSOR FOR SELECT 1 FROM t", Verb::Read, "DECLARE"),
        ("INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET b = excluded.b", Verb::Write, "INSERT"),
        ("MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE", Verb::Write, "MERGE"),
    ];
    for (text, verb, name) in cases {
        let statement = one(text);
        assert_eq!((statement.verb, statement.name), (verb, name), "{text}");
        assert_eq!(statement.certainty, Certainty::Full, "{text}");
    }
}

#[test]
fn writes_that_nothing_bounds() {
    for text in [
        "DELETE FROM t",
        "DELETE FROM t WHERE true",
        "DELETE FROM t WHERE 1 = 1",
        "DELETE FROM t WHERE 'a' LIKE '%'",
        "DELETE FROM t WHERE a = a",
        "DELETE FROM t WHERE a = 1 OR 1 = 1",
        "DELETE FROM t WHERE a IS NULL OR a IS NOT NULL",
        "DELETE FROM t WHERE NOT false",
        "DELETE FROM t WHERE $1",
        "UPDATE t SET a = 1 WHERE coalesce(true, false)",
        "WITH d AS (DELETE FROM t RETURNING 1) SELECT 1 FROM d WHERE a = 1",
        "MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE",
        "EXPLAIN DELETE FROM t",
    ] {
        assert!(one(text).unbounded_write, "{text}");
    }
    for text in [
        "DELETE FROM t WHERE a = 1",
        "DELETE FROM t WHERE a = 1 AND true",
        "DELETE FROM t WHERE CURRENT OF c",
        "DELETE FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a)",
        "UPDATE t SET a = 1 FROM u WHERE u.a = t.a",
        "INSERT INTO t VALUES (1)",
        "SELECT 1 FROM t",
        "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE",
    ] {
        assert!(!one(text).unbounded_write, "{text}");
    }
}

#[test]
fn relations_functions_and_limits() {
    let reading = |text: &str| one(text).reading.unwrap();
    let names = |names: &[Name]| {
        let spelled = names.iter().map(|name| match &name.schema {
            Some(schema) => format!("{schema}.{}", name.name),
            None => name.name.clone(),
        });
        spelled.collect::<Vec<_>>().join(" ")
    };
    let cases = [
        ("SELECT count(*) FROM t", "t"),
        ("SELECT 1 WHERE EXISTS (SELECT 1 FROM s.t)", "s.t"),
        ("SELECT 1 FROM a, b CROSS JOIN c", "a b c"),
        ("WITH t AS (SELECT 1) SELECT * FROM t", ""),
        ("WITH t AS (SELECT * FROM t) SELECT * FROM t", "t"),
        ("WITH RECURSIVE t AS (SELECT 1 UNION SELECT * FROM t) SELECT * FROM t", ""),
        ("WITH t AS (SELECT 1) SELECT * FROM s.t", "s.t"),
        ("WITH t AS (SELECT 1) DELETE FROM t WHERE a = 1", "t"),
        ("SELECT * FROM (WITH t AS (SELECT 1) SELECT * FROM t) q, t", "t"),
        ("SELECT 1 UNION SELECT a FROM u", "u"),
        ("INSERT INTO t SELECT * FROM u", "t u"),
        ("COPY s.t TO STDOUT", "s.t"),
    ];
    for (text, expected) in cases {
        assert_eq!(names(&reading(text).relations), expected, "{text}");
    }
    assert_eq!(reading("SELECT a FROM t WHERE b = 1").fingerprint, fingerprint("SELECT a FROM t WHERE b = 2"));
    let second = read(b"SELECT 1; SELECT a FROM t", 2).unwrap().pop().unwrap().reading.unwrap();
    assert_eq!(second.fingerprint, fingerprint("SELECT a FROM t"));
    assert_eq!(names(&reading("SELECT upper(a), pg_catalog.lower(b) FROM t").functions), "upper pg_catalog.lower");
    assert_eq!(reading("SELECT a FROM t LIMIT 5").limit, Some(5));
    assert_eq!(reading("SELECT a FROM t LIMIT ALL").limit, None);
    assert_eq!(reading("SELECT * FROM (SELECT a FROM t LIMIT 5) q").limit, None);
    let verbs = &reading("WITH d AS (DELETE FROM t WHERE a = 1 RETURNING 1) SELECT * FROM d").verbs;
    assert_eq!(verbs[..], [Verb::Read, Verb::Write]);
}

#[test]
fn several_statements_are_told_apart() {
    let text = "SELECT a FROM t; DELETE FROM t WHERE a = 1;; SELECT f()";
    let statements = read(text.as_bytes(), 16).unwrap();
    let found: Vec<_> = statements.iter().map(|one| (&text[one.range.clone()], one.verb, one.certainty)).collect();
    assert_eq!(
        found,
        [
            ("SELECT a FROM t", Verb::Read, Certainty::Full),
            ("DELETE FROM t WHERE a = 1", Verb::Write, Certainty::Full),
            ("SELECT f()", Verb::Call, Certainty::Full),
        ]
    );
    // What one of them is wrong in, the server refuses as a whole.
    let broken = read(b"SELECT a FROM t; SELEC", 16).unwrap();
    assert!(broken.iter().all(|one| one.certainty == Certainty::Lexed));
    assert!(read(b"SELECT 1; SELECT 2", 1).is_err() && read(b"SELECT 1; SELECT 2", 2).is_ok());
    assert!(read(b"SELECT 1; SELECT 2", 1).is_err(), "also when it is known");
}

#[test]
fn what_is_not_utf8_is_not_full() {
    assert_eq!(read(b"SELECT a FROM t WHERE b = '\xff'", 1).unwrap()[0].certainty, Certainty::Lexed);
    assert_eq!(read("SELECT ä FROM t".as_bytes(), 1).unwrap()[0].certainty, Certainty::Full);
    assert_eq!(read(b"SELECT 'a\0'", 1).unwrap()[0].certainty, Certainty::Opaque);
}

#[test]
fn fingerprints_and_normal_forms() {
    assert_eq!(fingerprint("SELECT a FROM t WHERE b = 1"), fingerprint("select a from t where b = 22"));
    assert_ne!(fingerprint("SELECT a FROM t WHERE b = 1"), fingerprint("SELECT a FROM u WHERE b = 1"));
    assert_eq!(normalised("SELECT a FROM t WHERE b = 'x'").as_deref(), Some("SELECT a FROM t WHERE b = $1"));
    assert_eq!((fingerprint("SELEC"), normalised("SELEC")), (None, None));
}
