//! The shapes of queries that lineage is known to get wrong, and the plain ones beside them.

use super::{check, flows};

#[test]
fn what_everybody_gets_right() {
    check(
        &[
            ("SELECT ssn AS x FROM customers", "=customers.ssn"),
            ("SELECT upper(ssn) FROM customers", "total customers.ssn"),
            ("SELECT substr(ssn, 1, 3), right(ssn, 4) FROM customers", "total customers.ssn, total customers.ssn"),
            ("SELECT reverse(ssn) || 'x' || name FROM customers", "of customers.name+customers.ssn"),
            ("WITH q AS (SELECT ssn AS y FROM customers) SELECT y FROM q", "=customers.ssn"),
            ("WITH q (a, b) AS (SELECT id, ssn FROM customers) SELECT b FROM q", "=customers.ssn"),
            ("SELECT q.y FROM (SELECT ssn AS y FROM customers) q", "=customers.ssn"),
            ("SELECT (SELECT ssn FROM customers LIMIT 1)", "=customers.ssn"),
            ("SELECT id FROM orders UNION SELECT ssn FROM customers", "=customers.ssn+orders.id"),
            ("SELECT name FROM notes n (id, name) UNION ALL SELECT ssn FROM customers", "=customers.ssn+notes.body"),
            ("SELECT 'a' INTERSECT SELECT ssn FROM customers", "=customers.ssn"),
            (
                "SELECT l.y FROM orders o, LATERAL (SELECT c.ssn AS y FROM customers c WHERE c.id = o.customer_id) l",
                "=customers.ssn",
            ),
            ("SELECT lag(ssn) OVER (ORDER BY id) FROM customers", "of customers.id+customers.ssn"),
            (
                "SELECT first_value(ssn) OVER w FROM customers WINDOW w AS (PARTITION BY name)",
                "of customers.name+customers.ssn",
            ),
            ("SELECT string_agg(ssn, ',' ORDER BY name) FROM customers", "of customers.name+customers.ssn"),
            ("SELECT xmlagg(xmlelement(name x, ssn)) FROM customers", "of customers.ssn"),
            ("SELECT array_agg(ssn) FROM customers", "of customers.ssn"),
            ("SELECT unnest(string_to_array(ssn, '-')) FROM customers", "of customers.ssn"),
            (
                "WITH RECURSIVE r AS (SELECT id, ssn AS s FROM customers UNION ALL SELECT id + 1, s FROM r WHERE id < 9) \
                 SELECT s, id FROM r",
                "=customers.ssn, of customers.id",
            ),
            ("SELECT CASE WHEN id = 1 THEN ssn ELSE 'x' END FROM customers", "of customers.id+customers.ssn"),
            ("SELECT coalesce(ssn, ''), nullif(ssn, 'a') FROM customers", "of customers.ssn, of customers.ssn"),
            ("SELECT count(*), count(1) FROM customers", "-, -"),
            ("SELECT max(ssn), min(ssn) FROM customers", "of customers.ssn, of customers.ssn"),
            (
                "SELECT c.id, o.amount FROM customers c JOIN orders o ON o.customer_id = c.id",
                "=customers.id, =orders.amount",
            ),
            ("TABLE notes", "=notes.id, =notes.body"),
        ],
        flows,
    );
}

#[test]
fn what_everybody_misses() {
    check(
        &[
            ("SELECT c FROM customers c", "of customers.*"),
            ("SELECT c::text FROM customers c", "of customers.*"),
            ("SELECT row_to_json(c) FROM customers c", "of customers.*"),
            ("SELECT to_jsonb(c)->>'ssn' FROM customers c", "of customers.*"),
            ("SELECT json_agg(c) FROM customers c", "of customers.*"),
            ("SELECT customers FROM customers", "of customers.*"),
            ("SELECT row_to_json(c.*) FROM customers c", "of customers.*"),
            ("SELECT (c).ssn FROM customers c", "of customers.ssn"),
            ("SELECT (c.*).ssn FROM customers c", "of customers.*"),
            ("SELECT (c).* FROM notes c", "=notes.id, =notes.body"),
            ("SELECT row(c.*) FROM customers c", "of customers.*"),
            ("SELECT q FROM (SELECT id, ssn FROM customers) q", "of customers.id+customers.ssn"),
            ("SELECT row_to_json(q) FROM (SELECT ssn FROM customers) q", "of customers.ssn"),
            ("SELECT c.row_to_json FROM customers c", "of customers.*"),
            ("SELECT u FROM customers c, unnest(string_to_array(c.ssn, '-')) u", "of customers.ssn"),
            ("SELECT u.x FROM customers c, regexp_split_to_table(c.ssn, '') AS u(x)", "of customers.ssn"),
            ("SELECT e.value FROM customers c, jsonb_each(to_jsonb(c)) e", "of customers.*"),
            ("SELECT value FROM customers c, jsonb_each_text(to_jsonb(c))", "of customers.*"),
            ("UPDATE customers SET name = 'x' RETURNING ssn", "=customers.ssn"),
            ("UPDATE customers SET name = ssn RETURNING name", "of customers.name+customers.ssn"),
            (
                "UPDATE customers SET (name, email) = (ssn, 'x') RETURNING name, email",
                "of customers.name+customers.ssn, =customers.email",
            ),
            (
                "UPDATE orders SET note = c.ssn FROM customers c WHERE c.id = customer_id RETURNING orders.*",
                "=orders.id, =orders.customer_id, =orders.amount, of customers.ssn+orders.note",
            ),
            (
                "DELETE FROM customers RETURNING *",
                "=customers.id, =customers.name, =customers.ssn, =customers.email, =customers.data",
            ),
            ("INSERT INTO notes SELECT id, ssn FROM customers RETURNING body", "of customers.ssn+notes.body"),
            ("INSERT INTO notes (body) VALUES ('x') RETURNING body", "=notes.body"),
            (
                "INSERT INTO notes VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET body = (SELECT ssn FROM customers) RETURNING body",
                "of customers.ssn+notes.body",
            ),
            (
                "MERGE INTO notes n USING customers c ON n.id = c.id WHEN MATCHED THEN UPDATE SET body = c.ssn \
                 WHEN NOT MATCHED THEN INSERT (id, body) VALUES (c.id, c.email) RETURNING n.body",
                "of customers.ssn+customers.email+notes.body",
            ),
            ("UPDATE customers SET name = 'x' RETURNING old.ssn, new.name", "=customers.ssn, =customers.name"),
            ("COPY (SELECT ssn, id FROM customers) TO STDOUT", "=customers.ssn, =customers.id"),
            ("COPY notes TO STDOUT", "=notes.id, =notes.body"),
            ("COPY parts TO STDOUT", "=parts.id, =parts.base"),
            ("COPY parts (doubled, id) TO STDOUT", "=parts.doubled, =parts.id"),
            ("COPY notes FROM STDIN", ""),
            ("FETCH ALL FROM c", "unknown"),
            ("EXECUTE p", "unknown"),
            ("DO $$ begin end $$", "unknown"),
            ("CALL p()", "any number; foreign"),
            ("DECLARE c CURSOR FOR SELECT ssn FROM customers", "=customers.ssn"),
            ("PREPARE p AS SELECT ssn FROM customers WHERE id = $1", "=customers.ssn"),
            ("EXPLAIN SELECT ssn FROM customers", "-"),
            ("SELECT * FROM dblink('', 'select ssn from customers') AS t(x text)", "? ; foreign"),
            ("SELECT query_to_xml('select * from customers', true, true, '')", "? ; foreign"),
            ("SELECT leak(id) FROM customers", "? customers.id; foreign"),
            ("SELECT public.leak(id) FROM customers", "? customers.id; foreign"),
            ("SELECT leak FROM leak(1)", "? ; foreign"),
            ("SELECT c.leak FROM customers c", "? customers.*; foreign"),
            ("SELECT initcap(ssn) FROM customers", "? customers.ssn; foreign"),
            ("SELECT pg_catalog.initcap(ssn) FROM customers", "total customers.ssn"),
            ("SELECT column2 FROM (VALUES (1, (SELECT ssn FROM customers))) v", "=customers.ssn"),
            ("VALUES ((SELECT ssn FROM customers), 1)", "=customers.ssn, -"),
        ],
        flows,
    );
}

#[test]
fn stars_and_names() {
    check(
        &[
            ("SELECT * FROM notes", "=notes.id, =notes.body"),
            ("SELECT n.*, 1 FROM notes n", "=notes.id, =notes.body, -"),
            (
                "SELECT * FROM notes JOIN orders USING (id)",
                "=orders.id+notes.id, =notes.body, =orders.customer_id, =orders.amount, =orders.note",
            ),
            (
                "SELECT * FROM notes NATURAL JOIN orders",
                "=orders.id+notes.id, =notes.body, =orders.customer_id, =orders.amount, =orders.note",
            ),
            (
                "SELECT j.* FROM (notes JOIN parts USING (id)) j",
                "=notes.id+parts.id, =notes.body, =parts.base, =parts.doubled",
            ),
            ("SELECT x.id FROM notes JOIN parts USING (id) AS x", "=notes.id+parts.id"),
            ("SELECT * FROM (SELECT * FROM notes) q (a)", "=notes.id, =notes.body"),
            ("SELECT a FROM (SELECT * FROM notes) q (a)", "=notes.id"),
            ("SELECT * FROM twins", "=m.twins.id+other.twins.id, =m.twins.secret+other.twins.secret"),
            ("SELECT secret FROM m.twins", "=m.twins.secret"),
            ("SELECT * FROM odd", "any number"),
            ("SELECT secret, plain FROM odd", "=m.odd.secret+other.odd.secret, =other.odd.plain"),
            ("SELECT plain FROM odd, (SELECT ssn AS plain FROM customers) q", "=customers.ssn"),
            ("SELECT x FROM nowhere", "? "),
            ("SELECT * FROM nowhere", "any number"),
            ("SELECT id FROM notes, nowhere", "=notes.id"),
            ("SELECT mystery FROM notes", "? "),
            ("SELECT ctid, notes.xmin FROM notes", "-, -"),
            ("SELECT public.notes.body FROM public.notes", "=notes.body"),
            ("SELECT x.* FROM notes", "any number"),
            ("WITH customers AS (SELECT 1 AS ssn) SELECT ssn FROM customers", "-"),
            ("WITH customers AS (SELECT 1 AS ssn) SELECT ssn FROM public.customers", "=customers.ssn"),
            ("WITH customers AS (SELECT ssn AS id FROM customers) SELECT id FROM customers", "=customers.ssn"),
            (
                "WITH RECURSIVE a AS (SELECT x FROM b), b AS (SELECT ssn AS x FROM customers) SELECT x FROM a",
                "=customers.ssn",
            ),
            (
                "WITH RECURSIVE r (a, b) AS (SELECT '', ssn FROM customers UNION ALL SELECT b, a FROM r) SELECT a FROM r",
                "=customers.ssn",
            ),
            (
                "WITH RECURSIVE r AS (SELECT id, ssn FROM customers UNION SELECT * FROM r) SELECT * FROM r",
                "=customers.id, =customers.ssn",
            ),
            ("WITH d AS (DELETE FROM customers RETURNING ssn AS x) SELECT x FROM d", "=customers.ssn"),
            ("SELECT (SELECT o.note FROM orders o WHERE o.customer_id = c.id) FROM customers c", "=orders.note"),
            ("SELECT (SELECT ssn) FROM customers", "=customers.ssn"),
            ("SELECT EXISTS (SELECT ssn FROM customers)", "-"),
            ("SELECT id IN (SELECT id FROM orders) FROM notes", "of orders.id+notes.id"),
            ("SELECT ARRAY(SELECT ssn FROM customers)", "of customers.ssn"),
            (
                "SELECT ssn COLLATE \"C\", ssn::text, ssn::int FROM customers",
                "total customers.ssn, total customers.ssn, of customers.ssn",
            ),
            ("SELECT ssn::mood, 'a'::mood, 'a'::checked FROM customers", "? customers.ssn, -, ? ; foreign"),
            ("SELECT ssn OPERATOR(public.+) 1 FROM customers", "? customers.ssn; foreign"),
            ("SELECT body FROM notes CROSS JOIN LATERAL (SELECT body AS b) q", "=notes.body"),
            ("SELECT b FROM notes CROSS JOIN LATERAL (SELECT body AS b) q", "=notes.body"),
            ("SELECT g, h.* FROM generate_series(1, 3) g, generate_series(1, 2) WITH ORDINALITY h", "-, -, -"),
            ("SELECT x.v FROM customers c, json_to_record(c.data) AS x(v int)", "of customers.data"),
            (
                "SELECT t.a FROM customers c, XMLTABLE('/r' PASSING (c.data::xml) COLUMNS a text PATH 'a') t",
                "of customers.data",
            ),
            (
                "SELECT jt.a FROM customers c, JSON_TABLE(c.data, '$' COLUMNS (a text PATH '$.a')) jt",
                "of customers.data",
            ),
            (
                "SELECT JSON_OBJECT('a': ssn), JSON_ARRAY(ssn), JSON_VALUE(data, '$.a') FROM customers",
                "of customers.ssn, of customers.ssn, of customers.data",
            ),
            ("BEGIN", ""),
            ("SET a = 1", ""),
            ("SHOW a", "-"),
            ("", ""),
            ("SELECT 1; SELECT 2", "unknown"),
            ("SELEC", "unknown"),
        ],
        flows,
    );
}
