//! Writes with and without a WHERE, in all the places where a WHERE may hide or be feigned.

use crate::split;

fn is_unbounded(text: &str) -> bool {
    let statements = split(text.as_bytes(), true, 10).unwrap();
    assert_eq!(statements.len(), 1, "{text}");
    statements[0].unbounded_write
}

#[test]
fn a_write_is_bounded_by_a_where_of_its_own() {
    let bounded = [
        "DELETE FROM t WHERE a = 1",
        "delete from only s.t as x where x.a = 1",
        "UPDATE t SET a = 1 WHERE b",
        "UPDATE t SET a = 1 -- here\n WHERE b",
        "UPDATE t SET a = (SELECT 1) FROM u WHERE t.b = u.b RETURNING *",
        "DELETE FROM t USING u WHERE t.a = u.a",
        "DELETE FROM t WHERE CURRENT OF c",
        "UPDATE t SET a = 1 WHERE CURRENT OF c",
        "WITH x AS (SELECT 1) UPDATE t SET a = 1 FROM x WHERE t.b = x.b",
        "WITH x AS (DELETE FROM t WHERE a RETURNING *), y AS (UPDATE u SET a = 1 WHERE b) SELECT * FROM x",
        "WITH RECURSIVE x AS (SELECT 1) CYCLE id SET c USING path DELETE FROM t WHERE a",
        "EXPLAIN DELETE FROM t WHERE a",
        "EXPLAIN (ANALYZE, COSTS off) UPDATE t SET a = 1 WHERE b",
        "PREPARE p (int) AS DELETE FROM t WHERE a = $1",
        "COPY (DELETE FROM t WHERE a RETURNING *) TO STDOUT",
        "CREATE TABLE n AS WITH x AS (DELETE FROM t WHERE a RETURNING *) SELECT * FROM x",
        "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM u WHERE a; UPDATE v SET b = 1 WHERE c)",
        "CREATE FUNCTION f() RETURNS void BEGIN ATOMIC DELETE FROM t WHERE a; END",
    ];
    for text in bounded {
        assert!(!is_unbounded(text), "{text}");
    }
}

#[test]
fn no_other_where_bounds_a_write() {
    let unbounded = [
        "DELETE FROM t",
        "UPDATE t SET a = 1",
        "TRUNCATE t",
        "DELETE FROM t -- WHERE a = 1",
        "DELETE FROM t /* WHERE a = 1 */",
        "DELETE/**/FROM t",
        "UPDATE t SET a = 'WHERE b'",
        "UPDATE t SET a = $$WHERE b$$",
        "UPDATE t SET \"where\" = 1",
        "DELETE FROM \"where\"",
        "DELETE FROM t USING s.where",
        "UPDATE t SET a = 1 FROM s.where",
        "UPDATE t SET a = u.where FROM u",
        "UPDATE t SET a = 1 RETURNING a AS where",
        "DELETE FROM t RETURNING a AS /* x */ where",
        "UPDATE t SET a = (SELECT b FROM u WHERE c)",
        "UPDATE t SET a = 1 FROM (SELECT 1 WHERE true) q",
        "DELETE FROM t USING (SELECT * FROM u WHERE a) q",
        "UPDATE t SET a = (SELECT count(*) FILTER (WHERE b) FROM u)",
        "WITH x AS (SELECT 1 WHERE a) DELETE FROM t",
        "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x WHERE a",
        "WITH x AS (UPDATE t SET a = 1 RETURNING *) UPDATE u SET a = 1 WHERE b",
        "WITH x AS (DELETE FROM t WHERE a), y AS (DELETE FROM u) SELECT 1",
        "WITH RECURSIVE x AS (SELECT 1) CYCLE id SET c USING after UPDATE t SET a = 1",
        "EXPLAIN DELETE FROM t",
        "EXPLAIN ANALYZE UPDATE t SET a = 1",
        "EXPLAIN (FORMAT json) DELETE FROM t",
        "PREPARE p AS DELETE FROM t",
        "PREPARE p AS UPDATE t SET a = 1",
        "COPY (DELETE FROM t RETURNING *) TO STDOUT",
        "COPY (UPDATE t SET a = 1 RETURNING *) TO STDOUT WHERE a",
        "UPDATE set SET a = 1",
        "CREATE TABLE n AS WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x WHERE a",
        "CREATE RULE r AS ON INSERT TO t WHERE a DO DELETE FROM u",
        "CREATE RULE r AS ON INSERT TO t DO UPDATE set a SET b = 1",
        "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM u; DELETE FROM v WHERE a)",
        "CREATE FUNCTION f() RETURNS void BEGIN ATOMIC DELETE FROM t; SELECT 1 WHERE a; END",
    ];
    for text in unbounded {
        assert!(is_unbounded(text), "{text}");
    }
}

#[test]
fn what_is_no_delete_and_no_update_is_none() {
    let none = [
        "SELECT 1",
        "SELECT * FROM t WHERE a",
        "SELECT * FROM t FOR UPDATE",
        "SELECT * FROM t FOR NO KEY UPDATE OF t SKIP LOCKED",
        "SELECT t.update, t.delete FROM t",
        "INSERT INTO t VALUES (1)",
        "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2",
        "INSERT INTO t SELECT * FROM u ON CONFLICT DO NOTHING",
        "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE",
        "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED AND b THEN UPDATE SET a = 1 WHEN NOT MATCHED THEN DO NOTHING",
        "CREATE TABLE t (a int REFERENCES u ON DELETE CASCADE ON UPDATE SET NULL)",
        "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u ON UPDATE CASCADE",
        "CREATE TRIGGER g BEFORE UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE TRIGGER g AFTER INSERT OR UPDATE OF a ON t EXECUTE FUNCTION f()",
        "CREATE TRIGGER g INSTEAD OF UPDATE ON v EXECUTE FUNCTION f()",
        "CREATE POLICY p ON t FOR UPDATE USING (true)",
        "GRANT UPDATE, DELETE ON t TO x",
        "REVOKE DELETE ON t FROM x",
        "COPY t FROM STDIN",
        "EXPLAIN SELECT 1",
        "BEGIN",
        "SET search_path TO x",
    ];
    for text in none {
        assert!(!is_unbounded(text), "{text}");
    }
}

#[test]
fn what_cannot_be_seen_is_in_doubt() {
    let unseen = [
        "DO $$BEGIN DELETE FROM t WHERE a; END$$",
        "CALL p()",
        "EXECUTE p",
        "FROBNICATE",
        "DELETE FROM t WHERE 'a",
        "SELECT (1",
        "EXPLAIN ANALYZE EXECUTE p",
        // A column of that name may be mistaken for a write; quoting it helps.
        "SELECT delete FROM t",
    ];
    for text in unseen {
        assert!(is_unbounded(text), "{text}");
    }
    let deep = |inner: &str| format!("{}{inner}{}", "SELECT (".repeat(200), ")".repeat(200));
    assert!(is_unbounded(&deep("DELETE FROM t WHERE a")), "deeper than can be counted");
    assert!(!is_unbounded(&deep("INSERT INTO t VALUES (1)")));
}
