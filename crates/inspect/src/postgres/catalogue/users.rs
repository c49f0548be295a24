//! The code of users behind operators, casts, types and relations: asked of the server's catalogue, for versions 13 to 18.

use model::code::{Cast, Code, Operator};
use tokio_postgres::{Client, Error, Row};

use super::each;
use crate::catalogues::Failure;

/// Functions that came with the server and may change something, or show more than what is made of their arguments.
macro_rules! changing {
    () => {
        concat!(
            "SELECT oid FROM (",
            revealing!(),
            ") r UNION \
            SELECT oid FROM pg_proc WHERE oid < 16384 AND proname = 'nextval'"
        )
    };
}

/// Functions that the server makes with each range type.
macro_rules! constructors {
    () => {
        "SELECT p.oid FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.oid >= 16384 \
            AND l.lanname = 'internal' AND p.prosrc ~ '^(multi)?range_constructor[0-9]$'"
    };
}

const CONSTRUCTORS: &str = constructors!();

/// `uses`: what uses functions of users, by what the server says of dependencies, and through which operators. `found`: the
/// pattern that finds functions that change something in a definition, because the server says nothing of those it came with.
macro_rules! uses {
    () => {
        concat!(
            "changing AS (", changing!(), "), \
            found AS (SELECT ':(func|opfunc)id (' || string_agg(oid::text, '|') || ') ' AS pattern FROM changing), \
            uses AS (SELECT classid, objid, function FROM ( \
                SELECT classid, objid, refobjid AS function FROM pg_depend WHERE refclassid = 'pg_catalog.pg_proc'::regclass \
                UNION ALL SELECT d.classid, d.objid, \
                    CASE WHEN o.oprcode::oid IN (SELECT oid FROM changing) THEN 0 ELSE o.oprcode::oid END \
                FROM pg_depend d JOIN pg_operator o ON o.oid = d.refobjid \
                WHERE d.refclassid = 'pg_catalog.pg_operator'::regclass \
            ) u WHERE function = 0 OR function >= 16384)"
        )
    };
}

/// Operators: number, schema, name, operands, function; 0 = one of the server's own that changes something.
const OPERATORS: &str = concat!(
    "SELECT o.oid, n.nspname::text, o.oprname::text, o.oprleft, o.oprright, \
     CASE WHEN o.oprcode::oid IN (",
    changing!(),
    ") THEN 0::oid ELSE o.oprcode::oid END FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace \
     WHERE o.oid >= 16384 AND n.nspname !~ '^pg_temp_'",
);

/// Casts: from which type, to which, function; 0 = one of the server's own.
const CASTS: &str = concat!(
    "SELECT castsource, casttarget, CASE WHEN castfunc < 16384 THEN 0::oid ELSE castfunc END \
     FROM pg_cast WHERE oid >= 16384 AND castmethod = 'f' AND (castfunc >= 16384 OR castfunc IN (",
    changing!(),
    ")) AND castfunc NOT IN (",
    constructors!(),
    ")",
);

/// Types that a value may become without being asked to.
const IMPLIED: &str = "\
    SELECT casttarget FROM pg_cast WHERE castcontext = 'i' AND casttarget >= 16384 \
    UNION SELECT oid FROM pg_type WHERE typispreferred AND oid >= 16384";

/// Types and those of which their values hold others.
const PARTS: &str = "\
    SELECT whole, part FROM ( \
        SELECT oid AS whole, typbasetype AS part FROM pg_type UNION SELECT oid, typelem FROM pg_type \
        UNION SELECT c.reltype, a.atttypid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
        WHERE a.attnum > 0 AND NOT a.attisdropped AND c.reltype <> 0 AND c.relpersistence <> 't' \
        UNION SELECT rngtypid, rngsubtype FROM pg_range \
        UNION SELECT (to_jsonb(r) ->> 'rngmultitypid')::oid, rngtypid FROM pg_range r \
    ) p WHERE part >= 16384 AND whole >= 16384";

/// Types and the functions that run when a value is made, shown, checked or compared.
const TYPES: &str = concat!(
    "WITH ",
    uses!(),
    " SELECT type, function FROM ( \
        SELECT objid AS type, function FROM uses WHERE classid = 'pg_catalog.pg_type'::regclass \
        UNION SELECT k.contypid, u.function FROM pg_constraint k JOIN uses u \
            ON u.classid = 'pg_catalog.pg_constraint'::regclass AND u.objid = k.oid WHERE k.contypid <> 0 \
        UNION SELECT k.contypid, 0::oid FROM pg_constraint k CROSS JOIN found f \
            WHERE k.contypid >= 16384 AND k.conbin::text ~ f.pattern \
        UNION SELECT unnest(ARRAY[amproclefttype, amprocrighttype]), amproc::oid FROM pg_amproc \
        UNION SELECT unnest(ARRAY[amoplefttype, amoprighttype]), o.oprcode::oid \
            FROM pg_amop a JOIN pg_operator o ON o.oid = a.amopopr \
        UNION SELECT rngtypid, unnest(ARRAY[nullif(rngcanonical::oid, 0), nullif(rngsubdiff::oid, 0)]) FROM pg_range WHERE rngtypid >= 16384 \
    ) t WHERE type >= 16384 AND (function >= 16384 OR function = 0)",
);

/// Relations and the functions that run when they are read. What wraps a foreign table reads it.
const RELATIONS: &str = concat!(
    "WITH RECURSIVE ",
    uses!(),
    ", running AS ( \
        SELECT c.relation, c.function FROM ( \
            SELECT p.polrelid AS relation, u.function FROM pg_policy p JOIN uses u \
                ON u.classid = 'pg_catalog.pg_policy'::regclass AND u.objid = p.oid \
            UNION SELECT p.polrelid, 0 FROM pg_policy p CROSS JOIN found f \
                WHERE concat(p.polqual::text, p.polwithcheck::text) ~ f.pattern \
            UNION SELECT r.ev_class, u.function FROM pg_rewrite r JOIN pg_class w ON w.oid = r.ev_class JOIN uses u \
                ON u.classid = 'pg_catalog.pg_rewrite'::regclass AND u.objid = r.oid \
            WHERE r.oid >= 16384 AND w.relkind = 'v' \
            UNION SELECT r.ev_class, 0 FROM pg_rewrite r JOIN pg_class w ON w.oid = r.ev_class CROSS JOIN found f \
            WHERE r.oid >= 16384 AND w.relkind = 'v' AND r.ev_action::text ~ f.pattern \
            UNION SELECT t.ftrelid, w.fdwhandler FROM pg_foreign_table t JOIN pg_foreign_server s ON s.oid = t.ftserver \
            JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw WHERE w.fdwhandler <> 0 \
        ) c \
        UNION SELECT s.there, g.function FROM running g JOIN ( \
            SELECT d.refobjid AS here, r.ev_class AS there FROM pg_depend d \
            JOIN pg_rewrite r ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid \
            JOIN pg_class w ON w.oid = r.ev_class \
            WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND w.relkind = 'v' \
            UNION SELECT inhrelid, inhparent FROM pg_inherits \
        ) s ON s.here = g.relation \
    ) SELECT relation, function::oid FROM running",
);

/// Views and the relations that they read.
const READS: &str = "\
    SELECT DISTINCT r.ev_class, d.refobjid FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid \
    WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass \
    AND d.refobjid <> r.ev_class AND r.oid >= 16384";

/// Relations: number, the type of the rows, and a stamp of what it is: columns, rules, policies, and
/// triggers, defaults and constraints with their functions.
const STAMPS: &str = "\
    SELECT c.oid, c.reltype, hashtextextended(concat_ws(chr(1), n.nspname, c.relname, c.relkind, c.relowner, c.relrowsecurity, \
        c.relforcerowsecurity, \
        (SELECT string_agg(concat_ws(',', a.attnum, a.attname, a.atttypid, a.atttypmod, a.attgenerated, a.attidentity, \
            d.adbin::text), ';' ORDER BY a.attnum) FROM pg_attribute a \
            LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), \
        (SELECT string_agg(concat_ws(',', r.rulename, r.ev_enabled, r.ev_qual::text, r.ev_action::text), ';' ORDER BY r.rulename) \
            FROM pg_rewrite r WHERE r.ev_class = c.oid), \
        (SELECT string_agg(concat_ws(',', t.tgname, t.tgenabled, t.tgtype, t.tgfoid, t.tgqual::text, t.tgargs::text, p.prosrc), ';' \
            ORDER BY t.tgname) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgrelid = c.oid AND NOT t.tgisinternal), \
        (SELECT string_agg(concat_ws(',', p.polname, p.polcmd, p.polroles::text, p.polqual::text, p.polwithcheck::text), ';' \
            ORDER BY p.polname) FROM pg_policy p WHERE p.polrelid = c.oid), \
        (SELECT string_agg(concat_ws(',', p.oid, p.prosrc), ';' ORDER BY p.oid) FROM ( \
            SELECT 'pg_catalog.pg_attrdef'::regclass AS class, oid FROM pg_attrdef WHERE adrelid = c.oid \
            UNION ALL SELECT 'pg_catalog.pg_constraint'::regclass, oid FROM pg_constraint WHERE conrelid = c.oid \
        ) e JOIN pg_depend d ON d.classid = e.class AND d.objid = e.oid JOIN pg_proc p ON p.oid = d.refobjid \
            WHERE d.refclassid = 'pg_catalog.pg_proc'::regclass AND p.oid >= 16384), \
        (SELECT string_agg(i.inhparent::text, ',' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid)), 0) \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c', 'S') AND c.relpersistence <> 't'";

/// Functions: number, types of the arguments that must be given, and a stamp of what it is.
const FUNCTIONS: &str = "\
    SELECT p.oid, (p.proargtypes::oid[])[0:p.pronargs - greatest(p.pronargdefaults, (p.provariadic <> 0)::int) - 1], \
        hashtextextended(concat_ws(chr(1), n.nspname, p.proname, p.prolang, p.proowner, p.provolatile, p.prosecdef, \
            p.proconfig::text, p.probin, p.prosrc, to_jsonb(p) ->> 'prosqlbody', p.proargtypes::text, p.prorettype), 0) \
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid >= 16384 AND n.nspname !~ '^pg_temp_'";

/// All of it, inside the transaction that is open.
pub(super) async fn code(client: &Client) -> Result<Code, Failure> {
    let mut code = Code::default();
    each(client, OPERATORS, &[], |row| {
        code.operators.push(operator(row)?);
        Ok(())
    })
    .await?;
    each(client, CASTS, &[], |row| {
        code.casts.push(Cast { from: row.try_get(0)?, to: row.try_get(1)?, function: row.try_get(2)? });
        Ok(())
    })
    .await?;
    for (question, ids) in [(IMPLIED, &mut code.implied), (CONSTRUCTORS, &mut code.constructors)] {
        each(client, question, &[], |row| {
            ids.insert(row.try_get(0)?);
            Ok(())
        })
        .await?;
    }
    for (question, pairs) in
        [(PARTS, &mut code.parts), (TYPES, &mut code.types), (RELATIONS, &mut code.relations), (READS, &mut code.reads)]
    {
        each(client, question, &[], |row| {
            pairs.entry(row.try_get(0)?).or_default().push(row.try_get(1)?);
            Ok(())
        })
        .await?;
    }
    each(client, STAMPS, &[], |row| {
        let (id, rows): (u32, u32) = (row.try_get(0)?, row.try_get(1)?);
        code.rows.insert(id, rows);
        code.relation_stamps.insert(id, row.try_get(2)?);
        Ok(())
    })
    .await?;
    each(client, FUNCTIONS, &[], |row| {
        let id: u32 = row.try_get(0)?;
        code.arguments.insert(id, row.try_get(1)?);
        code.function_stamps.insert(id, row.try_get(2)?);
        Ok(())
    })
    .await?;
    Ok(code)
}

fn operator(row: &Row) -> Result<Operator, Error> {
    let operands = [row.try_get(3)?, row.try_get(4)?];
    Ok(Operator {
        id: row.try_get(0)?,
        schema: row.try_get(1)?,
        name: row.try_get(2)?,
        operands,
        function: row.try_get(5)?,
    })
}
