//! What tools send when they connect and build their tree of objects, under `read-only`. The texts are ours, after what these
//! tools send: the catalogue queries of DBeaver, Metabase (by the JDBC driver) and pgcli.

use super::under;
use crate::harness::client::Client;
use crate::harness::place::installed;
use crate::harness::scene::sql;

const SHAPES: &str = "
    CREATE SCHEMA sales;
    CREATE TABLE sales.orders (id serial PRIMARY KEY, name text DEFAULT 'x', at date);
    CREATE INDEX orders_at ON sales.orders (at);
    CREATE VIEW sales.recent AS SELECT * FROM sales.orders WHERE at > '2026-01-01';
    CREATE FUNCTION sales.twice(a int) RETURNS int LANGUAGE sql AS 'SELECT a * 2';
    INSERT INTO sales.orders (name) VALUES ('one');";

const DBEAVER: &[&str] = &[
    "SET extra_float_digits = 3",
    "SET application_name = 'DBeaver 24.0.0 - Main <postgres>'",
    "SELECT current_schema(), session_user",
    "SELECT n.oid, n.*, d.description FROM pg_catalog.pg_namespace n LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = n.oid AND d.objsubid = 0 AND d.classoid = 'pg_namespace'::regclass ORDER BY nspname",
    "SELECT db.oid, db.* FROM pg_catalog.pg_database db WHERE datname = current_database()",
    "SELECT t.oid, t.*, c.relkind, format_type(nullif(t.typbasetype, 0), t.typtypmod) as base_type_name, d.description FROM pg_catalog.pg_type t LEFT OUTER JOIN pg_catalog.pg_type et ON et.oid = t.typelem LEFT OUTER JOIN pg_catalog.pg_class c ON c.oid = t.typrelid LEFT OUTER JOIN pg_catalog.pg_description d ON t.oid = d.objoid WHERE t.typname IS NOT NULL AND (c.relkind IS NULL OR c.relkind = 'c') AND (et.typcategory IS NULL OR et.typcategory <> 'C')",
    "SHOW search_path",
    "SHOW server_version",
    "SELECT c.oid, c.*, d.description, pg_catalog.pg_get_expr(c.relpartbound, c.oid) as partition_expr, pg_catalog.pg_get_partkeydef(c.oid) as partition_key FROM pg_catalog.pg_class c LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'sales') AND c.relkind not in ('i', 'I', 'c')",
    "SELECT c.relname, a.*, pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) as def_value, dsc.description, dep.objid FROM pg_catalog.pg_attribute a INNER JOIN pg_catalog.pg_class c ON (a.attrelid = c.oid) LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid = ad.adrelid AND a.attnum = ad.adnum) LEFT OUTER JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid AND a.attnum = dsc.objsubid) LEFT OUTER JOIN pg_depend dep on dep.refobjid = a.attrelid AND dep.deptype = 'i' and dep.refobjsubid = a.attnum and dep.classid = dep.refclassid WHERE NOT a.attisdropped AND c.relkind not in ('i', 'I', 'c') ORDER BY a.attnum",
    "SELECT i.*, i.indkey as keys, c.relname, c.relnamespace, c.relam, c.reltablespace, tc.relname as tabrelname, dsc.description, pg_catalog.pg_get_expr(i.indpred, i.indrelid) as pred_expr, pg_catalog.pg_get_expr(i.indexprs, i.indrelid, true) as expr, pg_catalog.pg_relation_size(i.indexrelid) as index_rel_size, pg_catalog.pg_stat_get_numscans(i.indexrelid) as index_num_scans FROM pg_catalog.pg_index i INNER JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid INNER JOIN pg_catalog.pg_class tc ON tc.oid = i.indrelid LEFT OUTER JOIN pg_catalog.pg_description dsc ON i.indexrelid = dsc.objoid ORDER BY tabrelname, c.relname",
    "SELECT c.oid, c.*, t.relname as tabrelname, rt.relnamespace as refnamespace, d.description, case when c.contype = 'c' then substring(pg_get_constraintdef(c.oid), 7) else null end consrc_copy FROM pg_catalog.pg_constraint c INNER JOIN pg_catalog.pg_class t ON t.oid = c.conrelid LEFT OUTER JOIN pg_catalog.pg_class rt ON rt.oid = c.confrelid LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = c.oid ORDER BY c.oid",
    "SELECT p.oid as poid, p.*, pg_catalog.pg_get_expr(p.proargdefaults, 0) as arg_defaults, pg_catalog.pg_get_functiondef(p.oid) FROM pg_catalog.pg_proc p WHERE p.proname = 'twice'",
    "SELECT pg_catalog.pg_get_viewdef('sales.recent'::regclass, true)",
    "SELECT pg_catalog.pg_total_relation_size(c.oid), pg_catalog.pg_relation_size(c.oid), pg_catalog.shobj_description(c.oid, 'pg_class'), pg_catalog.obj_description(c.oid) FROM pg_catalog.pg_class c WHERE c.relname = 'orders'",
    "SELECT x.*, pg_catalog.has_table_privilege(x.oid, 'SELECT') FROM pg_catalog.pg_class x LIMIT 200",
    "SELECT * FROM pg_catalog.pg_settings WHERE name = 'TimeZone'",
    "SELECT id, name FROM sales.orders LIMIT 200",
];

const METABASE: &[&str] = &[
    "SELECT current_setting('is_superuser'), version()",
    "SELECT 1",
    "SELECT n.nspname AS schema, c.relname AS name, CASE c.relkind WHEN 'r' THEN 'TABLE' WHEN 'p' THEN 'PARTITIONED TABLE' WHEN 'v' THEN 'VIEW' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE NULL END AS type, d.description AS description, stat.n_live_tup AS estimated_row_count FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid LEFT JOIN pg_catalog.pg_description AS d ON c.oid = d.objoid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass LEFT JOIN pg_stat_user_tables AS stat ON n.nspname = stat.schemaname AND c.relname = stat.relname WHERE c.relnamespace = n.oid AND (n.nspname !~ '^pg_') AND (n.nspname <> 'information_schema') AND c.relkind IN ('r', 'p', 'v', 'f', 'm') ORDER BY type, schema, name",
    "WITH table_privileges AS (SELECT NULL AS role, t.schemaname AS schema, t.objectname AS table, pg_catalog.has_any_column_privilege(current_user, '\"' || replace(t.schemaname, '\"', '\"\"') || '\".\"' || replace(t.objectname, '\"', '\"\"') || '\"', 'update') AS update, pg_catalog.has_any_column_privilege(current_user, '\"' || t.schemaname || '\".\"' || t.objectname || '\"', 'select') AS select, pg_catalog.has_table_privilege(current_user, '\"' || t.schemaname || '\".\"' || t.objectname || '\"', 'delete') AS delete FROM (SELECT schemaname, tablename AS objectname FROM pg_catalog.pg_tables UNION SELECT schemaname, viewname AS objectname FROM pg_catalog.pg_views UNION SELECT schemaname, matviewname AS objectname FROM pg_catalog.pg_matviews) AS t WHERE t.schemaname !~ '^pg_' AND t.schemaname <> 'information_schema' AND pg_catalog.has_schema_privilege(current_user, t.schemaname, 'usage')) SELECT t.* FROM table_privileges AS t",
    "SELECT column_name AS name, udt_name AS \"database-type\", ordinal_position - 1 AS \"database-position\", table_schema, table_name, pk.column_name IS NOT NULL AS \"pk?\", COL_DESCRIPTION(CAST(CAST(FORMAT('%I.%I', CAST(table_schema AS TEXT), CAST(table_name AS TEXT)) AS REGCLASS) AS OID), ordinal_position) AS \"field-comment\" FROM information_schema.columns AS c LEFT JOIN (SELECT tc.table_schema AS s, tc.table_name AS t, kc.column_name FROM information_schema.table_constraints AS tc INNER JOIN information_schema.key_column_usage AS kc ON tc.constraint_name = kc.constraint_name WHERE tc.constraint_type = 'PRIMARY KEY') AS pk USING (column_name) WHERE c.table_schema !~ '^information_schema|catalog_history|pg_' ORDER BY table_schema, table_name",
    "SELECT fk_ns.nspname AS \"fk-table-schema\", fk_table.relname AS \"fk-table-name\", fk_column.attname AS \"fk-column-name\" FROM pg_constraint AS c INNER JOIN pg_class AS fk_table ON c.conrelid = fk_table.oid INNER JOIN pg_namespace AS fk_ns ON c.connamespace = fk_ns.oid INNER JOIN pg_attribute AS fk_column ON c.conrelid = fk_column.attrelid WHERE fk_ns.nspname !~ '^information_schema|pg_' AND c.contype = 'f' AND fk_column.attnum = ANY (c.conkey)",
    "SELECT nspname, typname FROM pg_type AS t INNER JOIN pg_namespace AS n ON n.oid = t.typnamespace WHERE t.oid IN (SELECT DISTINCT enumtypid FROM pg_enum)",
    "SELECT tmp.\"TABLE_SCHEM\", trim(both '\"' from pg_catalog.pg_get_indexdef(tmp.\"CI_OID\", tmp.\"ORDINAL_POSITION\", false)) AS \"COLUMN_NAME\" FROM (SELECT n.nspname AS \"TABLE_SCHEM\", ci.oid AS \"CI_OID\", (information_schema._pg_expandarray(i.indkey)).n AS \"ORDINAL_POSITION\" FROM pg_catalog.pg_class ct JOIN pg_catalog.pg_namespace n ON ct.relnamespace = n.oid JOIN pg_catalog.pg_index i ON ct.oid = i.indrelid JOIN pg_catalog.pg_class ci ON ci.oid = i.indexrelid) AS tmp",
    "BEGIN READ ONLY",
    "SELECT \"sales\".\"orders\".\"name\" AS \"name\", COUNT(*) AS \"count\" FROM \"sales\".\"orders\" GROUP BY \"sales\".\"orders\".\"name\" ORDER BY \"sales\".\"orders\".\"name\" ASC",
    "SELECT DATE_TRUNC('month', \"sales\".\"orders\".\"at\") AS \"at\", SUM(\"sales\".\"orders\".\"id\") FROM \"sales\".\"orders\" GROUP BY 1 ORDER BY 1",
    "SELECT SUBSTRING(\"name\", 1, 1234) AS \"substring\", TRUNC(EXTRACT(EPOCH FROM NOW())) FROM \"sales\".\"orders\" LIMIT 10000",
    "ROLLBACK",
];

/// Each in a session of its own by the simple protocol, with what the policy refused.
fn refused(texts: &[&str]) -> String {
    let scene = under("read-only");
    sql(&scene.server, SHAPES);
    let script = texts.iter().map(|text| format!("{text};\n")).collect::<String>();
    let script = format!("\\set ON_ERROR_STOP 0\n{script}\\echo done\n");
    let done = Client::psql(&scene.gateway.door()).stdin(script).run();
    assert!(done.stdout.contains("done"), "{}", done.stderr);
    done.stderr.lines().filter(|line| line.contains("ERROR")).collect::<Vec<_>>().join("\n")
}

#[test]
fn dbeaver_starts() {
    assert_eq!(refused(DBEAVER), "");
}

#[test]
fn metabase_starts_and_asks() {
    assert_eq!(refused(METABASE), "");
}

/// The program itself, with what it completes names by.
#[test]
fn pgcli_starts_and_completes() {
    let scene = under("read-only");
    sql(&scene.server, SHAPES);
    let door = scene.gateway.door();
    let program = installed("python").parent().unwrap().join("pgcli");
    let script = "\\dt sales.*\n\\d sales.orders\nSELECT name FROM sales.orders;\n\\q\n";
    let done = Client::new(program, &door).args(["--less-chatty", "-w"]).stdin(script).run();
    assert!(done.stdout.contains("one") && done.stdout.contains("orders_pkey"), "{}\n{}", done.stdout, done.stderr);
    assert!(!done.stdout.contains("for reading"), "{}", done.stdout);
}
