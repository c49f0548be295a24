//! Which of several things a name stands for, where the server and a hasty reader differ.

use super::{check, flows, uses};

#[test]
fn names_with_a_schema() {
    check(
        &[
            (
                "SELECT (SELECT public.customers.ssn FROM (SELECT 'k' AS ssn) customers) FROM customers",
                "=customers.ssn",
            ),
            (
                "SELECT (SELECT d.public.customers.ssn FROM (SELECT 'k' AS ssn) customers) FROM customers",
                "=customers.ssn",
            ),
            (
                "SELECT (SELECT public.customers.*::text FROM (SELECT 'k' AS ssn) customers) FROM customers",
                "of customers.*",
            ),
            (
                "SELECT (SELECT q.ssn FROM (SELECT public.customers.* FROM (SELECT 'k' AS ssn) customers) q) FROM customers",
                "=customers.ssn",
            ),
            ("SELECT (SELECT m.twins.secret FROM other.twins) FROM m.twins", "=m.twins.secret"),
            ("SELECT (SELECT m.twins.secret FROM twins) FROM m.twins", "=m.twins.secret+other.twins.secret"),
            ("WITH customers AS (SELECT 1 AS ssn) SELECT public.customers.ssn FROM customers", "? "),
            ("SELECT public.c.ssn FROM customers c", "? "),
            ("SELECT public.customers.ssn FROM notes customers", "? "),
            ("UPDATE customers SET name = 'x' RETURNING public.customers.ssn", "=customers.ssn"),
        ],
        flows,
    );
}

#[test]
fn names_that_the_server_takes_from_a_query() {
    check(
        &[
            (
                "SELECT (SELECT max(\"?column?\") FROM (SELECT (SELECT c.ssn||'')::varchar) q) FROM customers c, (SELECT 1+1) o",
                "of customers.ssn",
            ),
            (
                "SELECT (SELECT max(foo) FROM (SELECT (SELECT * FROM (SELECT c.ssn AS foo) x)) q) \
                 FROM customers c, (SELECT 'x' AS foo) o",
                "of customers.ssn",
            ),
            (
                "SELECT (SELECT q.id FROM (SELECT (TABLE notes)) q) FROM customers c, (SELECT 1 AS id) o",
                "of notes.id+notes.body",
            ),
            ("SELECT (q).id FROM (SELECT (SELECT c.ssn AS q) FROM customers c) q", "of customers.ssn"),
            ("SELECT a FROM (SELECT (SELECT ssn FROM customers)) q (a)", "=customers.ssn"),
        ],
        flows,
    );
    check(
        &[
            ("SELECT (SELECT ssn || '')::varchar FROM customers ORDER BY \"?column?\"", "shape customers.ssn"),
            (
                "SELECT 1 FROM (SELECT (SELECT ssn FROM customers)) a JOIN (SELECT 'x' AS ssn) b USING (ssn)",
                "predicate customers.ssn",
            ),
            (
                "SELECT 1 FROM (SELECT (SELECT ssn FROM customers)) a NATURAL JOIN (SELECT 'x' AS ssn) b",
                "predicate customers.ssn",
            ),
        ],
        uses,
    );
}

#[test]
fn functions_side_by_side_keep_their_names() {
    check(
        &[
            (
                "SELECT (SELECT max(regexp_split_to_table) FROM ROWS FROM (generate_series(1, 1), \
                 regexp_split_to_table(c.ssn, '%')) AS x) FROM customers c, (SELECT 'k' AS regexp_split_to_table) o",
                "of customers.ssn",
            ),
            (
                "SELECT (SELECT \"coalesce\".\"coalesce\" FROM coalesce(c.ssn, '')) \
                 FROM customers c, (SELECT 'k' AS \"coalesce\") \"coalesce\"",
                "of customers.ssn",
            ),
            ("SELECT x FROM customers c, ROWS FROM (regexp_split_to_table(c.ssn, '%')) AS x", "of customers.ssn"),
        ],
        flows,
    );
}

#[test]
fn a_join_condition_sees_its_own_sides_only() {
    check(
        &[
            (
                "SELECT (SELECT count(*) FROM (SELECT 'k' AS ssn) s, (SELECT 1) a JOIN (SELECT 1) b ON ssn LIKE '53%') \
                 FROM customers",
                "predicate customers.ssn",
            ),
            (
                "SELECT (SELECT count(*) FROM (SELECT 1 AS id) s, notes n TABLESAMPLE system (id)) FROM orders",
                "shape orders.id",
            ),
            (
                "SELECT 1 FROM (notes a JOIN notes b ON true) JOIN orders o ON a.body = o.note",
                "predicate orders.note, predicate notes.body",
            ),
        ],
        uses,
    );
}
