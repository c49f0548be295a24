//! What is asked of a server's catalogue. For versions 13 to 18. Every name is qualified where the search path could lead
//! elsewhere; the path itself is set at sign-in.

/// No rows of one question may be more than this; one more is asked for, to see that there are.
pub(super) const MOST: usize = 200_000;
/// The longest definition that is read, in bytes; the columns of a longer one may be anything.
pub(super) const LONGEST_DEFINITION: usize = 4 << 20;

/// Relations that have columns which somebody could read: no indexes, and nothing that is temporary.
macro_rules! readable {
    () => {
        "c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c', 't') AND c.relpersistence <> 't'"
    };
}

/// Changes with whatever is read below. A row that was written again has another place or transaction.
pub(super) const FINGERPRINT: &str = concat!(
    "SELECT concat_ws(' ', current_setting('server_version_num'), ",
    "(SELECT concat(count(*), '/', sum(hashtextextended(concat(ctid, xmin), 0))) FROM pg_namespace \
      WHERE nspname !~ '^pg_(toast_)?temp_'), ",
    "(SELECT concat(count(*), '/', sum(hashtextextended(concat(c.ctid, c.xmin), 0))) FROM pg_class c WHERE ",
    readable!(),
    "), (SELECT concat(count(*), '/', sum(hashtextextended(concat(a.ctid, a.xmin), 0))) \
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attnum > 0 AND ",
    readable!(),
    "), (SELECT concat(count(*), '/', sum(hashtextextended(concat(t.ctid, t.xmin), 0))) FROM pg_type t \
      JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname !~ '^pg_(toast_)?temp_'), ",
    "(SELECT concat(count(*), '/', sum(hashtextextended(concat(r.ctid, r.xmin), 0))) \
      FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE ",
    readable!(),
    "), (SELECT concat(count(*), '/', sum(hashtextextended(concat(d.ctid, d.xmin), 0))) \
      FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid WHERE ",
    readable!(),
    "), (SELECT concat(count(*), '/', sum(hashtextextended(concat(ctid, xmin), 0))) FROM pg_proc), ",
    "(SELECT concat(count(*), '/', sum(hashtextextended(concat(ctid, xmin), 0))) FROM pg_operator), ",
    "(SELECT concat(count(*), '/', sum(hashtextextended(concat(ctid, xmin), 0))) FROM pg_cast), ",
    "(SELECT concat(count(*), '/', sum(hashtextextended(concat(ctid, xmin), 0))) FROM pg_amproc), ",
    "(SELECT concat(count(*), '/', sum(hashtextextended(concat(ctid, xmin), 0))) FROM pg_range), ",
    "(SELECT concat(count(*), '/', sum(hashtextextended(concat(ctid, xmin), 0))) FROM pg_inherits), ",
    "(SELECT concat(count(*), '/', sum(hashtextextended(concat(ctid, xmin), 0))) FROM pg_trigger), ",
    "(SELECT concat(count(*), '/', sum(hashtextextended(concat(ctid, xmin), 0))) FROM pg_policy), ",
    "(SELECT concat(count(*), '/', sum(hashtextextended(concat(ctid, xmin), 0))) FROM pg_event_trigger), ",
    "(SELECT concat(count(*), '/', sum(hashtextextended(concat(i.ctid, i.xmin), 0))) \
      FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE ",
    readable!(),
    "), (SELECT concat(count(*), '/', sum(hashtextextended(concat(k.ctid, k.xmin), 0))) \
      FROM pg_constraint k LEFT JOIN pg_class c ON c.oid = k.conrelid WHERE k.contypid <> 0 OR ",
    readable!(),
    "), (SELECT concat(count(*), '/', sum(hashtextextended(concat(ctid, xmin), 0))) FROM pg_description), ",
    "(SELECT concat(count(*), '/', sum(hashtextextended(concat(ctid, xmin), 0))) FROM pg_seclabel))",
);

/// The server's version, as a number.
pub(super) const VERSION: &str = "SELECT current_setting('server_version_num')::int4 / 10000";

/// Relations: number, schema, name, kind, and the one in which long values of it stand.
pub(super) const RELATIONS: &str = concat!(
    "SELECT c.oid, n.nspname::text, c.relname::text, c.relkind::text, c.reltoastrelid \
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ",
    readable!(),
);

/// Columns: relation, number, name, type, and the definition of those that are generated; NULL = a definition too long.
pub(super) const COLUMNS: &str = concat!(
    "SELECT a.attrelid, a.attnum, a.attname::text, a.atttypid, a.attgenerated::text <> '', \
     CASE WHEN octet_length(d.adbin::text) <= $1 THEN d.adbin::text END \
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated::text <> '' \
     WHERE a.attnum > 0 AND NOT a.attisdropped AND ",
    readable!(),
);

/// Definitions of views: relation, and the definition; NULL = too long.
pub(super) const VIEWS: &str = concat!(
    "SELECT r.ev_class, CASE WHEN octet_length(r.ev_action::text) <= $1 THEN r.ev_action::text END \
     FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE r.rulename = '_RETURN' AND ",
    readable!(),
);

/// Columns that definitions of views name: view, relation, column.
pub(super) const DEPENDS: &str = concat!(
    "SELECT r.ev_class, d.refobjid, d.refobjsubid::int2 \
     FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class c ON c.oid = r.ev_class \
     WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass \
     AND d.refobjsubid <> 0 AND r.rulename = '_RETURN' AND ",
    readable!(),
);

/// Relations that inherit or are partitions, and from what.
pub(super) const PARENTS: &str = concat!(
    "SELECT i.inhrelid, i.inhparent FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE ",
    readable!(),
);

/// Comments that may hold labels, and security labels: what they are on (a function?), number, column, provider, text.
pub(super) const LABELS: &str = "\
    SELECT classoid = 'pg_catalog.pg_proc'::regclass, objoid, objsubid::int2, NULL::text, left(description, 65536) \
    FROM pg_description WHERE description ~ '(^|\\n)signet:' AND objsubid >= 0 \
    AND classoid IN ('pg_catalog.pg_class'::regclass, 'pg_catalog.pg_proc'::regclass) \
    UNION ALL SELECT classoid = 'pg_catalog.pg_proc'::regclass, objoid, objsubid::int2, provider, left(label, 65536) \
    FROM pg_seclabel WHERE objsubid >= 0 \
    AND classoid IN ('pg_catalog.pg_class'::regclass, 'pg_catalog.pg_proc'::regclass)";

/// Functions: number, schema, name, language, volatility, whether it acts as its owner.
pub(super) const FUNCTIONS: &str = "\
    SELECT p.oid, n.nspname::text, p.proname::text, l.lanname::text, p.provolatile::text, p.prosecdef \
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang \
    WHERE n.nspname !~ '^pg_temp_'";

/// Types: number, schema, name, what it is made of, whether it is a domain, whether it is an array.
pub(super) const TYPES: &str = "\
    SELECT t.oid, n.nspname::text, t.typname::text, CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE e.oid END, \
    t.typtype = 'd', e.oid IS NOT NULL \
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_type e ON e.typarray = t.oid \
    WHERE n.nspname !~ '^pg_(toast_)?temp_'";
