//! Which relations have code behind them that nobody reads here: asked of the server's catalogue, for versions 13 to 18.

/// See [`REVEALING`].
macro_rules! revealing {
    () => {
        "SELECT oid FROM pg_proc WHERE oid < 16384 AND (proname ~ '_to_xml' \
        OR proname IN ('pg_stat_get_activity', 'pg_stat_get_backend_activity', 'pg_cursor', 'pg_prepared_statement') \
        OR provolatile = 'v' AND proname !~ '^(random|random_normal|clock_timestamp|timeofday|gen_random_uuid|uuidv4|uuidv7|\
        nextval|currval|lastval|array_shuffle|array_sample|pg_lock_status|pg_blocking_pids|pg_sequence_last_value|\
        pg_partition_tree|pg_partition_ancestors|pg_stat_get_xact_.*|pg_[a-z_]*_size)$')"
    };
}

/// Functions that came with the server and show more than what is made of their arguments: what they read is named in a
/// text, or stands outside of every relation. All that are volatile, but for those that are known to tell nothing.
pub(super) const REVEALING: &str = revealing!();

/// What uses functions or operators of users, by what the server says of dependencies. It says nothing of functions that it
/// came with: those that reveal are looked for in the definitions, by `pattern`.
macro_rules! code {
    () => {
        concat!(
            "of_users AS (SELECT classid, objid FROM pg_depend WHERE refobjid >= 16384 AND refclassid IN \
                ('pg_catalog.pg_proc'::regclass, 'pg_catalog.pg_operator'::regclass)), \
            revealing AS (SELECT ':(func|opfunc)id (' || string_agg(oid::text, '|') || ') ' AS pattern FROM (",
            revealing!(),
            ") f)"
        )
    };
}

/// Relations on which writing runs code that stands elsewhere: triggers, rules, and functions that are not known in defaults,
/// constraints, policies and indexes; also where writing goes on from them to such a relation, by foreign keys that change
/// rows, to partitions and what inherits, and through views. Triggers on events stand for the relation that they are in.
pub(super) const TRIGGERED: &str = concat!(
    "WITH RECURSIVE ",
    code!(),
    ", expressions AS ( \
        SELECT 'pg_catalog.pg_attrdef'::regclass::oid AS class, oid, adrelid AS relation, adbin::text AS text FROM pg_attrdef \
        UNION ALL SELECT 'pg_catalog.pg_constraint'::regclass, oid, conrelid, conbin::text FROM pg_constraint WHERE conrelid <> 0 \
        UNION ALL SELECT 'pg_catalog.pg_policy'::regclass, oid, polrelid, concat(polqual::text, polwithcheck::text) FROM pg_policy \
        UNION ALL SELECT 'pg_catalog.pg_class'::regclass, indexrelid, indrelid, concat(indexprs::text, indpred::text) FROM pg_index \
    ), steps AS ( \
        SELECT confrelid AS here, conrelid AS there FROM pg_constraint \
        WHERE contype = 'f' AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd')) \
        UNION SELECT inhparent, inhrelid FROM pg_inherits \
        UNION SELECT r.ev_class, d.refobjid FROM pg_rewrite r JOIN pg_depend d \
            ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid \
        WHERE r.oid >= 16384 AND d.refclassid = 'pg_catalog.pg_class'::regclass \
    ), triggered AS ( \
        SELECT t.relation FROM ( \
            SELECT tgrelid AS relation FROM pg_trigger WHERE NOT tgisinternal OR tgfoid >= 16384 \
            UNION SELECT ev_class FROM pg_rewrite WHERE rulename <> '_RETURN' AND oid >= 16384 \
            UNION SELECT 'pg_catalog.pg_event_trigger'::regclass FROM pg_event_trigger WHERE evtenabled <> 'D' \
            UNION SELECT e.relation FROM expressions e CROSS JOIN revealing v \
            WHERE (e.class, e.oid) IN (SELECT classid, objid FROM of_users) OR e.text ~ v.pattern \
        ) t \
        UNION SELECT s.here FROM triggered t JOIN steps s ON s.there = t.relation \
    ) SELECT relation FROM triggered",
);

/// Relations of which reading runs code that is not known: in the definition of a view, or in policies, of the relation or of
/// any that a view reads.
pub(super) const RUNNING: &str = concat!(
    "WITH RECURSIVE ",
    code!(),
    ", running AS ( \
        SELECT c.relation FROM ( \
            SELECT p.polrelid AS relation FROM pg_policy p CROSS JOIN revealing v \
            WHERE ('pg_catalog.pg_policy'::regclass::oid, p.oid) IN (SELECT classid, objid FROM of_users) \
                OR concat(p.polqual::text, p.polwithcheck::text) ~ v.pattern \
            UNION SELECT r.ev_class FROM pg_rewrite r JOIN pg_class w ON w.oid = r.ev_class CROSS JOIN revealing v \
            WHERE r.oid >= 16384 AND w.relkind = 'v' AND ( \
                ('pg_catalog.pg_rewrite'::regclass::oid, r.oid) IN (SELECT classid, objid FROM of_users) \
                OR r.ev_action::text ~ v.pattern) \
        ) c \
        UNION SELECT r.ev_class FROM running g JOIN pg_depend d \
            ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = g.relation \
        JOIN pg_rewrite r ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid \
        JOIN pg_class w ON w.oid = r.ev_class WHERE w.relkind = 'v' \
    ) SELECT relation FROM running",
);
