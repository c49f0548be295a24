//! What a value tells without being shown: by an error, by being NULL or not, by its size, by where it goes.

use super::{check, uses};

#[test]
fn what_is_null_or_not() {
    check(
        &[
            ("SELECT nullif(ssn, 'x') FROM customers", "predicate customers.ssn"),
            ("SELECT ssn = 'x' AND NULL FROM customers", "predicate customers.ssn"),
            ("SELECT ssn IN ('x', NULL) FROM customers", "predicate customers.ssn"),
            ("SELECT ssn BETWEEN 'x' AND NULL FROM customers", "predicate customers.ssn"),
            ("SELECT ROW(ssn, NULL) = ROW('x', 'y') FROM customers", "computed customers.ssn"),
            ("SELECT ssn = ANY (ARRAY['x', NULL]) FROM customers", "computed customers.ssn"),
            ("SELECT CASE WHEN ssn = 'x' THEN 1 END FROM customers", "equality customers.ssn"),
            ("SELECT substring(ssn FROM '^5') FROM customers", "computed customers.ssn"),
            ("SELECT substring(ssn FROM $1) FROM customers", "computed customers.ssn"),
            ("SELECT (string_to_array(ssn, '5'))[2] FROM customers", "computed customers.ssn"),
            ("SELECT (data)[1] FROM customers", "computed customers.data"),
            ("SELECT regexp_match(ssn, '^5') FROM customers", "computed customers.ssn"),
            ("SELECT data -> 'x' FROM customers", "computed customers.data"),
            (
                "SELECT ssn, upper(ssn), left(ssn, 2), ssn = 'x', ssn IS NULL, coalesce(ssn, 'x'), greatest(ssn, 'x') FROM customers",
                "",
            ),
            (
                "SELECT substring(ssn FROM 1 FOR 2), replace(ssn, '-', ''), lag(ssn, 1) OVER (), count(ssn) FROM customers",
                "",
            ),
            ("SELECT to_jsonb(c), json_agg(c), c::text FROM customers c", ""),
            ("SELECT 'x' || ssn || 'y', '***' || right(ssn, 4), concat('x', upper(ssn), 'y') FROM customers", ""),
            ("SELECT s || 'x' FROM (SELECT left(ssn, 3) AS s FROM customers) q", ""),
            ("SELECT ssn::varchar(4), ssn::char(4), CAST(ssn AS varchar) FROM customers", ""),
        ],
        uses,
    );
}

#[test]
fn what_fails_or_not() {
    check(
        &[
            ("SELECT format(ssn) FROM customers", "computed customers.ssn"),
            ("SELECT format('%s', VARIADIC string_to_array(ssn, '5')) FROM customers", "computed customers.ssn"),
            ("SELECT num_nulls(VARIADIC data) FROM customers", "computed customers.data"),
            ("SELECT substring('x' FROM ssn) FROM customers", "computed customers.ssn"),
            ("SELECT 'x' LIKE ssn FROM customers", "computed customers.ssn"),
            ("SELECT 'x' ~~ ssn FROM customers", "computed customers.ssn"),
            ("SELECT ssn LIKE '53\\' FROM customers", "computed customers.ssn"),
            (
                "SELECT nth_value(name, length(ssn)) OVER () FROM customers",
                "computed customers.name, computed customers.ssn",
            ),
            ("SELECT lag(1, length(ssn)) OVER () FROM customers", "computed customers.ssn"),
            ("SELECT repeat('x', length(ssn)), lpad('x', length(ssn)) FROM customers", "computed customers.ssn"),
            ("SELECT rpad('', 1073741800) || ssn FROM customers", "computed customers.ssn"),
            ("SELECT $1 || ssn FROM customers", "computed customers.ssn"),
            ("SELECT name || ssn FROM customers", "computed customers.name, computed customers.ssn"),
            ("SELECT ssn || 'x' || ssn FROM customers", "computed customers.ssn"),
            ("SELECT ssn || '{}'::jsonb FROM customers", "computed customers.ssn"),
            ("SELECT c || 'x' FROM customers c", "computed customers.*"),
            (
                "SELECT s || 'xxxxx' FROM (SELECT greatest(ssn, rpad('5', 1073741819)) AS s FROM customers) q",
                "computed customers.ssn",
            ),
            ("SELECT concat(repeat(ssn, 9), 'x') FROM customers", "computed customers.ssn"),
            ("SELECT concat(VARIADIC string_to_array(ssn, '5')) FROM customers", "computed customers.ssn"),
            ("SELECT string_agg(ssn, ','), format('%s', ssn) FROM customers", "computed customers.ssn"),
            (
                "SELECT ssn::varchar(4)::int, ssn::numeric(3), ssn::varchar(4)[] FROM customers",
                "computed customers.ssn",
            ),
            ("SELECT replace(ssn, '5', 'xx') FROM customers", "computed customers.ssn"),
            ("SELECT ARRAY[string_to_array(ssn, '5'), ARRAY['x']] FROM customers", "computed customers.ssn"),
            ("SELECT JSON_OBJECT(ssn: 1, 'x': 2 WITH UNIQUE) FROM customers", "computed customers.ssn"),
            ("SELECT JSON_OBJECT('x': ssn FORMAT JSON) FROM customers", "computed customers.ssn"),
            ("SELECT JSON_ARRAY(ssn RETURNING varchar(9)) FROM customers", "computed customers.ssn"),
            ("SELECT xmlserialize(DOCUMENT xmlelement(name a, ssn) AS text) FROM customers", "computed customers.ssn"),
        ],
        uses,
    );
}

#[test]
fn what_is_measured() {
    check(
        &[
            ("EXPLAIN (ANALYZE) SELECT ssn FROM customers", "computed customers.ssn"),
            (
                "EXPLAIN (ANALYZE, COSTS off) SELECT count(*) FROM (SELECT ssn FROM customers) q",
                "computed customers.ssn",
            ),
            (
                "EXPLAIN (ANALYZE) WITH q AS MATERIALIZED (SELECT ssn FROM customers) SELECT 1 FROM q",
                "computed customers.ssn",
            ),
            ("EXPLAIN (ANALYZE off) SELECT ssn FROM customers", ""),
            ("EXPLAIN SELECT ssn FROM customers", ""),
        ],
        uses,
    );
}

#[test]
fn what_is_carried_elsewhere() {
    check(
        &[
            (
                "SELECT query_to_xml($$select set_config('a.b', ssn, false) from customers$$, true, true, '')",
                "write anything",
            ),
            (
                "SELECT * FROM XMLTABLE('/a' PASSING (query_to_xml('select 1', true, true, '')) COLUMNS b text)",
                "shape anything, computed anything, write anything",
            ),
            ("SELECT table_to_xml('customers', true, true, '')", "write anything"),
            ("SELECT database_to_xml(true, true, '')", "write anything"),
            ("SELECT cursor_to_xml('c', 1, true, true, '')", "write anything"),
            ("SELECT ts_stat('select 1')", "write anything"),
            ("SELECT set_config('a.b', leak(1), false)", "computed anything, write anything"),
            ("SELECT setval('s', id) FROM customers", "computed customers.id, write customers.id"),
            (
                "SELECT pg_logical_emit_message(true, 'x', ssn) FROM customers",
                "computed customers.ssn, write customers.ssn",
            ),
            ("SELECT lo_put(1, 0, ssn::bytea) FROM customers", "computed customers.ssn, write customers.ssn"),
            ("SELECT set_config('a.b', 'x', false), pg_notify('x', 'y'), pg_advisory_lock(1)", ""),
        ],
        uses,
    );
}
