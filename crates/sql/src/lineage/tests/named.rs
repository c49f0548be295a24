//! Statements that have only a name for what they run.

use super::super::lineage_behind;
use super::{catalogue, check, shown, used};

/// The statement, what is behind it, and all that is known of it.
fn checked(cases: &[(&str, &str, &str)]) {
    for (text, behind, expected) in cases {
        let read = |text: &str| {
            let lineage = lineage_behind(text, behind, &catalogue());
            format!("{} | {}", shown(&lineage), used(&lineage))
        };
        check(&[(*text, *expected)], read);
    }
}

#[test]
fn rows_that_come_later_are_known() {
    let prepare = "PREPARE p AS SELECT ssn, upper(email) FROM customers WHERE name = $1";
    let cursor = "DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT ssn FROM customers";
    checked(&[
        ("EXECUTE p ('x')", prepare, "=customers.ssn, total customers.email | equality customers.name"),
        ("EXECUTE p ('x')", "SELECT ssn FROM customers", "=customers.ssn | "),
        ("EXECUTE p", "UPDATE customers SET name = ssn", " | write customers.ssn"),
        ("FETCH 3 FROM c", cursor, "=customers.ssn | "),
        ("FETCH ALL c", "SELECT id FROM customers ORDER BY ssn", "=customers.id | shape customers.ssn"),
        ("MOVE LAST FROM c", cursor, " | "),
        ("CREATE TABLE t AS EXECUTE p ('x')", cursor, " | write customers.ssn"),
        ("EXPLAIN EXECUTE p ('x')", cursor, "- | "),
        ("EXPLAIN (ANALYZE) EXECUTE p ('x')", cursor, "- | computed customers.ssn"),
    ]);
}

#[test]
fn arguments_go_anywhere() {
    let prepare = "PREPARE p AS SELECT $1";
    checked(&[
        ("EXECUTE p (1 + 2)", prepare, "- | "),
        ("EXECUTE p ((SELECT ssn FROM customers))", prepare, "- | write customers.ssn"),
        ("EXECUTE p (leak(1))", prepare, "-; foreign | write anything"),
        ("EXECUTE p (query_to_xml('x', true, true, ''))", prepare, "-; foreign | write anything"),
        ("EXECUTE p ('x')", "PREPARE p (checked) AS SELECT $1", "-; foreign | "),
        ("EXECUTE p ('x')", "PREPARE p (int, mood) AS SELECT $1", "- | "),
    ]);
}

#[test]
fn what_is_not_a_query_is_not_known() {
    checked(&[
        ("EXECUTE p", "EXECUTE p", "unknown | "),
        ("EXECUTE p", "FETCH ALL FROM c", "unknown | "),
        ("EXECUTE p", "CREATE TABLE t AS SELECT ssn FROM customers", "unknown | "),
        ("EXECUTE p", "SELECT 1; SELECT 2", "unknown | "),
        ("EXECUTE p", "SELEC", "unknown | "),
        ("EXECUTE p", "", "unknown | "),
        ("DO $$ begin end $$", "SELECT 1", "unknown | "),
    ]);
}
