//! What columns are used for besides being shown.

use super::{check, flows, uses};

#[test]
fn conditions() {
    check(
        &[
            ("SELECT 1 FROM customers WHERE ssn = 'x'", "equality customers.ssn"),
            ("SELECT 1 FROM customers WHERE $1 = ssn AND id = 1", "equality customers.id, equality customers.ssn"),
            ("SELECT 1 FROM customers WHERE ssn IN ('x', $1, 'y'::text)", "equality customers.ssn"),
            (
                "SELECT 1 FROM customers WHERE NOT (ssn = 'x' OR name = 'y')",
                "equality customers.name, equality customers.ssn",
            ),
            ("SELECT 1 FROM (SELECT ssn AS s FROM customers) q WHERE s = 'x'", "equality customers.ssn"),
            ("SELECT 1 FROM (SELECT upper(ssn) AS s FROM customers) q WHERE s = 'x'", "predicate customers.ssn"),
            ("SELECT 1 FROM customers WHERE ssn <> 'x'", "predicate customers.ssn"),
            ("SELECT 1 FROM customers WHERE ssn NOT IN ('x')", "predicate customers.ssn"),
            ("SELECT 1 FROM customers WHERE ssn LIKE 'x%'", "predicate customers.ssn"),
            ("SELECT 1 FROM customers WHERE ssn BETWEEN 'a' AND 'b'", "predicate customers.ssn"),
            ("SELECT 1 FROM customers WHERE substr(ssn, 1, 1) = 'x'", "predicate customers.ssn"),
            ("SELECT 1 FROM customers WHERE ssn = name", "predicate customers.name, predicate customers.ssn"),
            ("SELECT 1 FROM customers WHERE ssn IS NULL", "predicate customers.ssn"),
            ("SELECT 1 FROM customers c WHERE c = ROW(1)", "predicate customers.*, computed customers.*"),
            ("SELECT 1 FROM customers c WHERE c = $1", "predicate customers.*"),
            ("SELECT count(*) FILTER (WHERE ssn > 'x') FROM customers", "predicate customers.ssn"),
            (
                "SELECT 1 FROM customers GROUP BY id HAVING max(ssn) > 'x'",
                "shape customers.id, predicate customers.ssn",
            ),
            ("SELECT CASE ssn WHEN 'x' THEN 1 END FROM customers", "predicate customers.ssn"),
            ("SELECT 1 FROM notes JOIN orders USING (id)", "predicate orders.id, predicate notes.id"),
            ("SELECT 1 FROM notes JOIN orders o ON o.note = body", "predicate orders.note, predicate notes.body"),
            (
                "SELECT 1 FROM notes WHERE body IN (SELECT ssn FROM customers)",
                "predicate customers.ssn, predicate notes.body",
            ),
            ("SELECT EXISTS (SELECT 1 FROM customers WHERE ssn < 'x')", "predicate customers.ssn"),
            ("DELETE FROM customers WHERE ssn < 'x'", "predicate customers.ssn"),
            ("COPY (SELECT 1 FROM customers WHERE ssn < 'x') TO STDOUT", "predicate customers.ssn"),
            ("EXPLAIN SELECT 1 FROM customers WHERE ssn < 'x'", "predicate customers.ssn"),
            ("PREPARE p AS SELECT 1 FROM customers WHERE ssn < $1", "predicate customers.ssn"),
        ],
        uses,
    );
}

#[test]
fn shape() {
    check(
        &[
            ("SELECT id FROM customers ORDER BY ssn", "shape customers.ssn"),
            ("SELECT id, ssn FROM customers ORDER BY 2", "shape customers.ssn"),
            ("SELECT id, ssn AS x FROM customers ORDER BY x", "shape customers.ssn"),
            ("SELECT id AS ssn FROM customers ORDER BY ssn", "shape customers.id"),
            ("SELECT count(*) FROM customers GROUP BY left(ssn, 1)", "shape customers.ssn"),
            ("SELECT left(ssn, 1) AS x FROM customers GROUP BY x", "shape customers.ssn"),
            ("SELECT count(*) FROM customers GROUP BY ROLLUP (ssn, name)", "shape customers.name, shape customers.ssn"),
            ("SELECT DISTINCT ssn FROM customers", "shape customers.ssn"),
            ("SELECT DISTINCT ON (ssn) id FROM customers", "shape customers.ssn"),
            ("SELECT count(DISTINCT ssn) FROM customers", "shape customers.ssn"),
            ("SELECT ssn FROM customers UNION SELECT 'x'", "shape customers.ssn"),
            ("SELECT ssn FROM customers UNION ALL SELECT 'x'", ""),
            ("SELECT ssn FROM customers UNION ALL SELECT 'x' ORDER BY 1", "shape customers.ssn"),
            (
                "SELECT rank() OVER (PARTITION BY name ORDER BY ssn) FROM customers",
                "shape customers.name, shape customers.ssn",
            ),
            (
                "SELECT 1 FROM customers c, unnest(string_to_array(c.ssn, '')) u",
                "shape customers.ssn, computed customers.ssn",
            ),
            (
                "SELECT 1 FROM notes LIMIT (SELECT ssn::int FROM customers)",
                "shape customers.ssn, computed customers.ssn",
            ),
        ],
        uses,
    );
}

#[test]
fn computing_and_writing() {
    check(
        &[
            ("SELECT ssn::int FROM customers", "computed customers.ssn"),
            ("SELECT 1 / amount FROM orders", "computed orders.amount"),
            ("SELECT upper(ssn), ssn::text, max(ssn) FROM customers", ""),
            ("SELECT CAST(c AS text) FROM customers c", ""),
            ("SELECT to_date(ssn, 'YYYY') FROM customers", "computed customers.ssn"),
            ("INSERT INTO notes SELECT id, ssn FROM customers", "write customers.id, write customers.ssn"),
            ("CREATE TABLE t AS SELECT ssn FROM customers", "write customers.ssn"),
            ("SELECT ssn INTO t FROM customers", "write customers.ssn"),
            ("CREATE VIEW v AS SELECT ssn FROM customers", "write customers.ssn"),
            ("CREATE MATERIALIZED VIEW v AS SELECT ssn FROM customers", "write customers.ssn"),
            ("UPDATE customers SET name = ssn", "write customers.ssn"),
            ("COPY (SELECT ssn FROM customers) TO '/tmp/x'", "write customers.ssn"),
            ("SELECT set_config('a.b', ssn, false) FROM customers", "computed customers.ssn, write customers.ssn"),
            ("SELECT pg_notify('x', ssn) FROM customers", "computed customers.ssn, write customers.ssn"),
            ("SELECT leak(ssn) FROM customers", "write customers.ssn"),
            ("INSERT INTO customers (ssn) VALUES ('x') ON CONFLICT (ssn) DO NOTHING", "equality customers.ssn"),
            (
                "INSERT INTO customers (id, ssn) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET ssn = excluded.ssn, name = excluded.name",
                "equality customers.id",
            ),
            (
                "INSERT INTO customers (id, ssn) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = customers.ssn || excluded.ssn",
                "equality customers.id, computed customers.ssn, write customers.ssn",
            ),
            (
                "INSERT INTO notes SELECT id, ssn FROM customers ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                "write customers.id, write customers.ssn, equality notes.id",
            ),
            (
                "INSERT INTO parts (id, base) SELECT id, ssn FROM customers ON CONFLICT (id) DO UPDATE SET base = 'x' WHERE excluded.doubled > 'x'",
                "predicate customers.id, write customers.id, predicate customers.ssn, write customers.ssn, equality parts.id",
            ),
            (
                "INSERT INTO customers VALUES (1, 'x', 'y') ON CONFLICT (id) DO UPDATE SET ssn = 'z' WHERE customers.ssn < excluded.ssn",
                "equality customers.id, predicate customers.ssn",
            ),
            (
                "INSERT INTO odd VALUES (1, 'x', 'y') ON CONFLICT (id) DO UPDATE SET secret = excluded.secret RETURNING *",
                "equality m.odd.id, equality other.odd.id",
            ),
        ],
        uses,
    );
}

/// A conflict tells whether a value is there.
#[test]
fn conflicts() {
    check(
        &[
            ("INSERT INTO customers (id, ssn) VALUES (1, 'x') ON CONFLICT (ssn) DO NOTHING", "equality customers.ssn"),
            ("INSERT INTO customers (id, ssn) VALUES (1, 'x') ON CONFLICT (id) DO NOTHING", "equality customers.id"),
            (
                "INSERT INTO customers (id, ssn) VALUES (1, 'x') ON CONFLICT DO NOTHING",
                "equality customers.id, equality customers.ssn",
            ),
            (
                "INSERT INTO customers VALUES (1, 'x') ON CONFLICT ON CONSTRAINT c DO NOTHING",
                "equality customers.id, equality customers.name",
            ),
            (
                "INSERT INTO parts (base) VALUES (1) ON CONFLICT DO NOTHING",
                "equality parts.base, equality parts.doubled",
            ),
            (
                "INSERT INTO parts SELECT * FROM nowhere ON CONFLICT DO NOTHING",
                "write anything, equality parts.id, equality parts.base, equality parts.doubled",
            ),
            ("INSERT INTO customers (id, ssn) VALUES (1, 'x')", ""),
            ("INSERT INTO customers DEFAULT VALUES ON CONFLICT DO NOTHING", ""),
        ],
        uses,
    );
}

/// Triggers and rules put into rows what they like.
#[test]
fn rows_that_set_off_code_come_back_as_anything() {
    check(
        &[
            ("INSERT INTO audited VALUES (1)", ""),
            ("COPY audited FROM STDIN", ""),
            ("INSERT INTO audited VALUES (1) RETURNING id, 1", "? audited.id, -"),
            ("INSERT INTO audited (id) SELECT id FROM notes RETURNING *", "? notes.id+audited.id, ? audited.what"),
            (
                "UPDATE audited a SET what = 'x' FROM notes n WHERE n.id = 1 RETURNING a.id, n.body",
                "? audited.id, =notes.body",
            ),
            (
                "UPDATE audited SET what = 'x' RETURNING old.what, new.what, audited",
                "? audited.what, ? audited.what, ? audited.*",
            ),
            ("DELETE FROM audited RETURNING what || 'x'", "? audited.what"),
            (
                "MERGE INTO audited a USING notes n ON a.id = n.id WHEN MATCHED THEN UPDATE SET what = 'x' RETURNING a.what, n.body",
                "? audited.what, =notes.body",
            ),
            ("WITH w AS (INSERT INTO audited VALUES (1) RETURNING what) SELECT what FROM w", "? audited.what"),
            ("WITH w AS (DELETE FROM notes RETURNING body) INSERT INTO audited SELECT 1, body FROM w", ""),
        ],
        flows,
    );
    check(
        &[
            ("UPDATE audited SET what = 'x' WHERE what = 'y' RETURNING id", "equality audited.what"),
            (
                "WITH w AS (INSERT INTO audited VALUES (1) RETURNING what) SELECT 1 FROM w WHERE what LIKE 'x'",
                "predicate anything, predicate audited.what",
            ),
            (
                "WITH w AS (INSERT INTO audited VALUES (1) RETURNING what) INSERT INTO notes SELECT 1, what FROM w",
                "write anything, write audited.what",
            ),
        ],
        uses,
    );
}
