//! Conditions that look like one and bound nothing, and those that look like that and do.

use crate::read;

fn is_unbounded(text: &str) -> bool {
    let statements = read(text.as_bytes(), 4).unwrap();
    assert_eq!(statements.len(), 1, "{text}");
    statements[0].unbounded_write
}

#[test]
fn what_is_true_of_every_row_bounds_nothing() {
    let conditions = [
        "t.a = a",
        "a + 0 = a",
        "a::text = a::text",
        "length(b) = length(b)",
        "coalesce(a, 0) = coalesce(a, 0)",
        "(a, b) = (a, b)",
        "t = t",
        "a IN (a, 0)",
        "a = ANY (ARRAY[a])",
        "a BETWEEN a AND a",
        "a >= ALL (ARRAY[]::int[])",
        "a <> ALL ('{}')",
        "b LIKE '%'",
        "(a = 1) IN (true, false)",
        "(a = 1) IS NOT UNKNOWN",
        "(a = 1) IS NOT NULL",
        "a = 1 OR a <> 1",
        "a < 5 OR b = 1 OR a >= 5",
        "a = 1 OR NOT a = 1",
        "upper(b) = 'x' OR NOT upper(b) = 'x'",
        "CASE WHEN true THEN true END",
        "CASE WHEN a = 1 THEN false ELSE true END",
        "CASE a WHEN a THEN true END",
        "coalesce(a = 1, true)",
        "(SELECT true)",
        "EXISTS (SELECT 1)",
        "EXISTS (SELECT FROM u)",
        "EXISTS (SELECT FROM u WHERE u.a = 1)",
        "EXISTS (SELECT FROM u t WHERE t.a = 1)",
        "EXISTS (SELECT FROM t x WHERE x.a = t.a)",
        "a IN (SELECT a FROM t)",
        "a = ANY (SELECT a FROM t WHERE true)",
        "1 IN (SELECT a FROM u)",
        "now() > '2000-01-01' AND random() < 2",
    ];
    for condition in conditions {
        assert!(is_unbounded(&format!("DELETE FROM t WHERE {condition}")), "{condition}");
    }
    for text in [
        "DELETE FROM t USING u WHERE u.a = 1",
        "DELETE FROM t USING t x WHERE t.a = x.a",
        "UPDATE t SET a = 1 FROM u WHERE u.a = u.a",
        "UPDATE t AS x SET a = 1 FROM u t WHERE t.a = 1",
        "MERGE INTO t USING t x ON t.a = x.a WHEN MATCHED THEN DELETE",
        "MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED BY SOURCE THEN DELETE",
        "INSERT INTO t SELECT * FROM t ON CONFLICT (a) DO UPDATE SET b = 1",
    ] {
        assert!(is_unbounded(text), "{text}");
    }
}

#[test]
fn what_compares_a_row_with_something_else_bounds() {
    let conditions = [
        "a",
        "NOT a",
        "a IS NULL",
        "a IS NOT UNKNOWN",
        "a > b",
        "a = 1 OR a = 2",
        "a < 1 OR a > 5",
        "b LIKE '%x'",
        "coalesce(a, false)",
        "CASE WHEN a = 1 THEN true ELSE false END",
        "(a, b) = (1, 2)",
        "a = (SELECT max(a) FROM u)",
        "a IN (SELECT a FROM u)",
        "a IN (SELECT a FROM t ORDER BY a LIMIT 5)",
        "a IN (SELECT a FROM t WHERE b = 1)",
        "NOT EXISTS (SELECT FROM u WHERE u.a = t.a)",
        "EXISTS (SELECT FROM u JOIN v ON v.a = t.a)",
        "EXISTS (SELECT FROM t x WHERE x.a > t.a AND x.b = t.b)",
    ];
    for condition in conditions {
        assert!(!is_unbounded(&format!("DELETE FROM t WHERE {condition}")), "{condition}");
    }
    for text in [
        "DELETE FROM t USING u WHERE u.a = t.a",
        "DELETE FROM t USING t x WHERE t.b = x.b AND t.a > x.a",
        "DELETE FROM t x USING u WHERE x.a = 1",
        "MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED BY SOURCE AND t.b = 1 THEN DELETE",
        "INSERT INTO t SELECT * FROM u ON CONFLICT (a) DO UPDATE SET b = 1",
        "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 1",
    ] {
        assert!(!is_unbounded(text), "{text}");
    }
}
