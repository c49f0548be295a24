//! The attacks on masks that are made with the text of a command, each with what must be known of it.

use super::{check, flows, uses};

#[test]
fn values_in_disguise() {
    check(
        &[
            // Another name.
            ("SELECT ssn AS innocent FROM customers", "=customers.ssn"),
            ("SELECT x.innocent FROM customers x (a, b, innocent)", "=customers.ssn"),
            // Pieces.
            (
                "SELECT substr(ssn, 1, 1), left(ssn, 2), right(ssn, 3) FROM customers",
                "total customers.ssn, total customers.ssn, total customers.ssn",
            ),
            ("SELECT split_part(ssn, '-', 1) FROM customers", "of customers.ssn"),
            (
                "SELECT substring(ssn FROM 1 FOR 2), overlay(ssn PLACING 'x' FROM 1) FROM customers",
                "total customers.ssn, of customers.ssn",
            ),
            // Turned and replaced.
            (
                "SELECT reverse(ssn), translate(ssn, '123', 'abc'), replace(ssn, '-', '') FROM customers",
                "total customers.ssn, total customers.ssn, total customers.ssn",
            ),
            // Encoded.
            (
                "SELECT encode(ssn::bytea, 'hex'), ascii(ssn), to_hex(ascii(ssn)) FROM customers",
                "of customers.ssn, of customers.ssn, of customers.ssn",
            ),
            (
                "SELECT convert_to(ssn, 'UTF8'), md5(ssn), ssn::bytea FROM customers",
                "of customers.ssn, total customers.ssn, of customers.ssn",
            ),
            // With noise.
            (
                "SELECT 'x' || ssn || 'y', format('%s', ssn), concat_ws('-', name, ssn) FROM customers",
                "of customers.ssn, of customers.ssn, of customers.name+customers.ssn",
            ),
            // Rows put together.
            (
                "SELECT json_object_agg(id, ssn), jsonb_agg(ssn), array_agg(ssn ORDER BY id) FROM customers",
                "of customers.id+customers.ssn, of customers.ssn, of customers.id+customers.ssn",
            ),
            (
                "SELECT JSON_ARRAYAGG(ssn), JSON_OBJECTAGG(id: ssn) FROM customers",
                "of customers.ssn, of customers.id+customers.ssn",
            ),
            (
                "SELECT any_value(ssn), mode() WITHIN GROUP (ORDER BY ssn) FROM customers",
                "of customers.ssn, of customers.ssn",
            ),
            // Whole rows.
            (
                "SELECT to_jsonb(c), c::text, ROW(c.*), jsonb_build_object('a', c) FROM customers c",
                "of customers.*, of customers.*, of customers.*, of customers.*",
            ),
            ("SELECT hstore(c) FROM customers c", "? customers.*; foreign"),
            ("SELECT jsonb_path_query(to_jsonb(c), '$.ssn') FROM customers c", "of customers.*"),
            ("SELECT format('%s', c) FROM customers c", "of customers.*"),
            // Queries in queries.
            ("WITH a AS (SELECT * FROM customers), b AS (SELECT * FROM a) SELECT ssn FROM b", "=customers.ssn"),
            ("WITH a AS MATERIALIZED (SELECT ssn AS s FROM customers) SELECT (SELECT s FROM a)", "=customers.ssn"),
            ("SELECT (SELECT q.s FROM (SELECT ssn AS s FROM customers) q)", "=customers.ssn"),
            // Under an innocent name of another branch.
            ("SELECT body FROM notes UNION ALL SELECT ssn FROM customers", "=customers.ssn+notes.body"),
            ("SELECT body FROM notes EXCEPT SELECT ssn FROM customers", "=customers.ssn+notes.body"),
            ("(SELECT 1) UNION (VALUES ((SELECT ssn FROM customers)))", "=customers.ssn"),
            // Choosing.
            (
                "SELECT CASE WHEN true THEN ssn END, greatest(ssn, ''), nullif(ssn, '') FROM customers",
                "of customers.ssn, of customers.ssn, of customers.ssn",
            ),
            ("SELECT CASE WHEN ssn LIKE '1%' THEN 1 ELSE 0 END FROM customers", "of customers.ssn"),
            (
                "SELECT lead(ssn) OVER (), nth_value(ssn, 2) OVER () FROM customers",
                "of customers.ssn, of customers.ssn",
            ),
            (
                "SELECT ssn = 'x', ssn IS NULL, ssn IN ('x') FROM customers",
                "of customers.ssn, of customers.ssn, of customers.ssn",
            ),
        ],
        flows,
    );
}

#[test]
fn code_that_nobody_sees() {
    check(
        &[
            ("SELECT * FROM leak(1)", "any number; foreign"),
            ("SELECT x.leak FROM customers x", "? customers.*; foreign"),
            ("SELECT (x).leak FROM customers x", "? customers.*; foreign"),
            ("SELECT other.upper(ssn) FROM customers", "? customers.ssn; foreign"),
            ("SELECT id FROM customers WHERE leak(id) = 1", "=customers.id; foreign"),
            ("SELECT id FROM customers ORDER BY id USING OPERATOR(m.<)", "=customers.id; foreign"),
            ("SELECT id FROM customers WHERE id @#@ 1", "=customers.id; foreign"),
            ("SELECT table_to_xml('customers', true, true, '')", "? ; foreign"),
            ("SELECT database_to_xml(true, true, '')", "? ; foreign"),
            ("SELECT cursor_to_xml('c', 1, true, true, '')", "? ; foreign"),
            ("SELECT * FROM ts_stat('SELECT to_tsvector(ssn) FROM customers')", "any number; foreign"),
            ("SELECT ts_rewrite('a'::tsquery, 'SELECT 1')", "? ; foreign"),
            ("SELECT lo_get(1), pg_read_file('x')", "? , ? ; foreign"),
            ("SELECT pg_stat_get_activity(1)", "? ; foreign"),
            ("SELECT dblink_exec('x', 'y')", "? ; foreign"),
            ("SELECT domain_in('x', 1, 1)", "? ; foreign"),
            ("SELECT 'x'::checked", "? ; foreign"),
            ("EXPLAIN ANALYZE INSERT INTO audited VALUES (1)", "-; foreign"),
            ("EXPLAIN INSERT INTO audited VALUES (1)", "-"),
            ("COPY (SELECT 1) TO PROGRAM 'x'", "; foreign"),
            ("EXECUTE p('x')", "unknown"),
            ("DO LANGUAGE plpgsql $$ BEGIN END $$", "unknown"),
            ("CALL leak()", "any number; foreign"),
            ("FETCH 1 FROM c", "unknown"),
            ("CREATE TABLE t AS EXECUTE p", "unknown"),
            ("CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT ssn FROM customers'", "unknown"),
        ],
        flows,
    );
}

#[test]
fn what_is_told_without_being_shown() {
    check(
        &[
            // By an error.
            ("SELECT 1 / (ascii(ssn) - 53) FROM customers", "computed customers.ssn"),
            ("SELECT id FROM customers WHERE (ssn::int) > 0", "predicate customers.ssn, computed customers.ssn"),
            ("SELECT CAST(ssn AS uuid), ssn::json FROM customers", "computed customers.ssn"),
            // By which rows there are, and in which order.
            ("SELECT id FROM customers WHERE ssn BETWEEN '5' AND '6'", "predicate customers.ssn"),
            ("SELECT id FROM customers WHERE ssn ~ '^5'", "predicate customers.ssn, computed customers.ssn"),
            ("SELECT id FROM customers ORDER BY ssn", "shape customers.ssn"),
            ("SELECT count(*) FROM customers GROUP BY left(ssn, 1)", "shape customers.ssn"),
            ("SELECT id FROM customers JOIN (VALUES ('5')) g (x) ON g.x = ssn", "predicate customers.ssn"),
            ("SELECT 1 FROM customers NATURAL JOIN (VALUES ('5')) g (ssn)", "predicate customers.ssn"),
            ("SELECT row_number() OVER (ORDER BY ssn), id FROM customers", "shape customers.ssn"),
            (
                "SELECT 1 FROM customers c, generate_series(1, ascii(c.ssn)) g",
                "shape customers.ssn, computed customers.ssn",
            ),
            ("SELECT 1 FROM customers OFFSET (SELECT length(ssn) FROM customers)", "shape customers.ssn"),
            ("SELECT 1 FROM customers c GROUP BY c", "shape customers.*"),
            ("SELECT DISTINCT c FROM customers c", "shape customers.*"),
            // By time.
            ("SELECT pg_sleep(ascii(ssn)) FROM customers", "computed customers.ssn"),
            ("SELECT CASE WHEN ssn > '5' THEN pg_sleep(1) END FROM customers", "predicate customers.ssn"),
            // By putting it where it can be read.
            ("CREATE TEMP TABLE x AS SELECT * FROM notes", "write notes.id, write notes.body"),
            ("INSERT INTO notes (body) SELECT ssn FROM customers", "write customers.ssn"),
            ("UPDATE notes SET body = (SELECT ssn FROM customers)", "write customers.ssn"),
            (
                "WITH i AS (INSERT INTO notes (body) SELECT ssn FROM customers RETURNING id) SELECT id FROM i",
                "write customers.ssn",
            ),
            (
                "SELECT set_config('application_name', ssn, false) FROM customers",
                "computed customers.ssn, write customers.ssn",
            ),
            ("SELECT pg_notify(ssn, '') FROM customers", "computed customers.ssn, write customers.ssn"),
            ("SELECT pg_advisory_lock(ascii(ssn)) FROM customers", "computed customers.ssn, write customers.ssn"),
            (
                "MERGE INTO notes USING customers ON false WHEN NOT MATCHED THEN INSERT (body) VALUES (ssn)",
                "write customers.ssn",
            ),
            (
                "EXPLAIN ANALYZE SELECT id FROM customers WHERE ssn LIKE '5%'",
                "computed customers.id, predicate customers.ssn",
            ),
        ],
        uses,
    );
}
