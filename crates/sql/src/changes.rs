//! What has another meaning after a statement: which names, or any.
//!
//! It is for what stands behind the statement in an open transaction, where the catalogue that is at hand was read before. A
//! statement has another meaning then when it names what was changed. One that does not may still read a view over it, so it
//! matters what can change below a view:
//!
//! - The stored definition of a view goes by the numbers of relations, columns and functions, not by names. New names, renamed
//!   columns and new columns do not reach it, and what it uses can be dropped or given another type only with it (CASCADE).
//! - What it reads can be *replaced* under the same number: another view (`CREATE OR REPLACE VIEW`), a generated column's
//!   expression. Its tables can get rows of others (`INHERIT`, `ATTACH PARTITION`), and rules, triggers and policies can come to
//!   run. All these change anything. A function can be replaced as well, but one of a user is unknown code before and after.
//! - Operators, casts and domains are used without being named, so they change anything too; so does code that is run.
//!
//! Tables that inherit from a changed one are changed with it: which these are the catalogue says, and not the text.

use model::{Changes, Name};
use pg_query::NodeEnum;
use pg_query::protobuf::{
    AlterTableStmt, AlterTableType, CommentStmt, CreateTableAsStmt, DropBehavior, DropStmt, Node, ObjectType, RangeVar,
    RenameStmt, SelectStmt,
};

use crate::names::{qualified, some};

/// What has another meaning after this statement, as far as its own kind goes: what the functions do that it calls is not in it.
pub(crate) fn of(statement: &NodeEnum) -> Changes {
    match statement {
        NodeEnum::SelectStmt(select) => into(select),
        NodeEnum::ExplainStmt(explain) => explain.query.as_deref().map_or(Changes::Anything, of_node),
        NodeEnum::CreateTableAsStmt(create) => created(create),
        NodeEnum::CreateStmt(create) => relation(create.relation.as_ref()),
        NodeEnum::CreateForeignTableStmt(create) => {
            relation(create.base_stmt.as_ref().and_then(|base| base.relation.as_ref()))
        }
        NodeEnum::ViewStmt(view) if !view.replace => relation(view.view.as_ref()),
        NodeEnum::CreateSeqStmt(create) => relation(create.sequence.as_ref()),
        NodeEnum::AlterSeqStmt(alter) => relation(alter.sequence.as_ref()),
        NodeEnum::IndexStmt(index) => relation(index.relation.as_ref()),
        NodeEnum::CompositeTypeStmt(create) => relation(create.typevar.as_ref()),
        NodeEnum::CreateEnumStmt(create) => named(&create.type_name),
        NodeEnum::CreateFunctionStmt(create) => named(&create.funcname),
        NodeEnum::AlterFunctionStmt(alter) => alter.func.as_ref().map_or(Changes::Anything, |of| named(&of.objname)),
        NodeEnum::AlterTableStmt(alter) => altered(alter),
        NodeEnum::RenameStmt(rename) => renamed(rename),
        NodeEnum::DropStmt(drop) => dropped(drop),
        NodeEnum::CommentStmt(comment) => described(comment),
        NodeEnum::CreateSchemaStmt(create) if create.schema_elts.is_empty() => Changes::Nothing,
        other if changes_nothing(other) => Changes::Nothing,
        _ => Changes::Anything,
    }
}

fn of_node(node: &Node) -> Changes {
    node.node.as_ref().map_or(Changes::Anything, of)
}

fn relation(relation: Option<&RangeVar>) -> Changes {
    relation.map_or(Changes::Anything, |relation| Changes::Names(vec![name(relation)]))
}

fn name(relation: &RangeVar) -> Name {
    Name { schema: some(&relation.schemaname).map(str::to_owned), name: relation.relname.clone() }
}

fn named(parts: &[Node]) -> Changes {
    match qualified(parts) {
        Some((schema, name)) => Changes::Names(vec![Name { schema: schema.map(str::to_owned), name: name.to_owned() }]),
        None => Changes::Anything,
    }
}

/// Of set operations it is the first SELECT that has the INTO.
fn into(select: &SelectStmt) -> Changes {
    let mut first = select;
    while let Some(left) = first.larg.as_deref() {
        first = left;
    }
    first.into_clause.as_ref().map_or(Changes::Nothing, |into| relation(into.rel.as_ref()))
}

fn created(create: &CreateTableAsStmt) -> Changes {
    relation(create.into.as_ref().and_then(|into| into.rel.as_ref()))
}

fn altered(alter: &AlterTableStmt) -> Changes {
    let named = |command: &Node| match &command.node {
        Some(NodeEnum::AlterTableCmd(command)) => {
            command.behavior() != DropBehavior::DropCascade && reaches_names_alone(command.subtype())
        }
        _ => false,
    };
    if alter.cmds.iter().all(named) { relation(alter.relation.as_ref()) } else { Changes::Anything }
}

/// Changes of a table that nothing notices but what names it.
fn reaches_names_alone(kind: AlterTableType) -> bool {
    use AlterTableType as Kind;
    matches!(
        kind,
        Kind::AtAddColumn
            | Kind::AtColumnDefault
            | Kind::AtDropNotNull
            | Kind::AtSetNotNull
            | Kind::AtSetStatistics
            | Kind::AtSetOptions
            | Kind::AtResetOptions
            | Kind::AtSetStorage
            | Kind::AtSetCompression
            | Kind::AtDropColumn
            | Kind::AtAddIndex
            | Kind::AtAddConstraint
            | Kind::AtAlterConstraint
            | Kind::AtValidateConstraint
            | Kind::AtAddIndexConstraint
            | Kind::AtDropConstraint
            | Kind::AtAlterColumnType
            | Kind::AtChangeOwner
            | Kind::AtClusterOn
            | Kind::AtDropCluster
            | Kind::AtSetLogged
            | Kind::AtSetUnLogged
            | Kind::AtSetTableSpace
            | Kind::AtReplicaIdentity
            | Kind::AtAddIdentity
            | Kind::AtSetIdentity
            | Kind::AtDropIdentity
    )
}

/// Both names: what had the new one before has it no more.
fn renamed(rename: &RenameStmt) -> Changes {
    let Some(old) = rename.relation.as_ref().map(name) else { return Changes::Anything };
    match rename.rename_type() {
        ObjectType::ObjectTable
        | ObjectType::ObjectView
        | ObjectType::ObjectMatview
        | ObjectType::ObjectForeignTable
        | ObjectType::ObjectSequence
        | ObjectType::ObjectIndex => {
            let new = Name { name: rename.newname.clone(), ..old.clone() };
            Changes::Names(vec![old, new])
        }
        ObjectType::ObjectColumn if rename.behavior() != DropBehavior::DropCascade => Changes::Names(vec![old]),
        ObjectType::ObjectTabconstraint => Changes::Nothing,
        _ => Changes::Anything,
    }
}

fn dropped(drop: &DropStmt) -> Changes {
    let relations = matches!(
        drop.remove_type(),
        ObjectType::ObjectTable
            | ObjectType::ObjectView
            | ObjectType::ObjectMatview
            | ObjectType::ObjectForeignTable
            | ObjectType::ObjectSequence
            | ObjectType::ObjectIndex
            | ObjectType::ObjectFunction
            | ObjectType::ObjectProcedure
            | ObjectType::ObjectRoutine
            | ObjectType::ObjectAggregate
    );
    if !relations || drop.behavior() == DropBehavior::DropCascade {
        return Changes::Anything;
    }
    let mut names = Vec::new();
    for object in &drop.objects {
        let parts = match &object.node {
            Some(NodeEnum::List(list)) => list.items.as_slice(),
            Some(NodeEnum::ObjectWithArgs(function)) => function.objname.as_slice(),
            _ => return Changes::Anything,
        };
        match named(parts) {
            Changes::Names(more) => names.extend(more),
            _ => return Changes::Anything,
        }
    }
    Changes::Names(names)
}

/// Comments hold labels; but what has not been committed is not read, and until then the old ones hold.
fn described(comment: &CommentStmt) -> Changes {
    let parts = match comment.object.as_deref().and_then(|object| object.node.as_ref()) {
        Some(NodeEnum::List(list)) => list.items.as_slice(),
        _ => return Changes::Nothing,
    };
    match (comment.objtype(), parts) {
        (ObjectType::ObjectColumn, [table @ .., _]) => named(table),
        (_, parts) => named(parts),
    }
}

/// Statements that give nothing another meaning.
fn changes_nothing(statement: &NodeEnum) -> bool {
    matches!(
        statement,
        NodeEnum::InsertStmt(_)
            | NodeEnum::UpdateStmt(_)
            | NodeEnum::DeleteStmt(_)
            | NodeEnum::MergeStmt(_)
            | NodeEnum::CopyStmt(_)
            | NodeEnum::DeclareCursorStmt(_)
            | NodeEnum::FetchStmt(_)
            | NodeEnum::ClosePortalStmt(_)
            | NodeEnum::PrepareStmt(_)
            | NodeEnum::ExecuteStmt(_)
            | NodeEnum::DeallocateStmt(_)
            | NodeEnum::DiscardStmt(_)
            | NodeEnum::TransactionStmt(_)
            | NodeEnum::VariableSetStmt(_)
            | NodeEnum::VariableShowStmt(_)
            | NodeEnum::ListenStmt(_)
            | NodeEnum::UnlistenStmt(_)
            | NodeEnum::NotifyStmt(_)
            | NodeEnum::ConstraintsSetStmt(_)
            | NodeEnum::CheckPointStmt(_)
            | NodeEnum::LockStmt(_)
            | NodeEnum::TruncateStmt(_)
            | NodeEnum::VacuumStmt(_)
            | NodeEnum::ClusterStmt(_)
            | NodeEnum::ReindexStmt(_)
            | NodeEnum::RefreshMatViewStmt(_)
            | NodeEnum::GrantStmt(_)
            | NodeEnum::GrantRoleStmt(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parsed::with_tree;

    fn changes(text: &str) -> Changes {
        with_tree(text, |tree| tree.statements().into_iter().map(of).next().unwrap())
            .unwrap_or_else(|| panic!("not parsed: {text}"))
    }

    #[test]
    fn what_is_made_or_changed_is_named() {
        for (text, expected) in [
            ("CREATE TABLE x (a int)", "x"),
            ("CREATE TEMP TABLE x AS SELECT 1", "x"),
            ("SELECT a INTO s.x FROM t UNION SELECT b FROM u", "s.x"),
            ("EXPLAIN ANALYZE CREATE TABLE x AS SELECT 1", "x"),
            ("CREATE VIEW x AS SELECT a FROM t", "x"),
            ("CREATE MATERIALIZED VIEW x AS SELECT a FROM t", "x"),
            ("CREATE FUNCTION s.x() RETURNS int LANGUAGE sql AS 'SELECT 1'", "s.x"),
            ("ALTER TABLE x ADD COLUMN b int, DROP COLUMN c, ALTER d TYPE text", "x"),
            ("ALTER TABLE x RENAME TO y", "x,y"),
            ("ALTER VIEW x RENAME TO y", "x,y"),
            ("ALTER TABLE x RENAME COLUMN a TO b", "x"),
            ("DROP TABLE x, s.y", "x,s.y"),
            ("DROP FUNCTION x(int)", "x"),
            ("COMMENT ON COLUMN x.a IS 'signet: card'", "x"),
            ("COMMENT ON TABLE s.x IS 'signet: card'", "s.x"),
            ("CREATE INDEX ON x (a)", "x"),
        ] {
            let Changes::Names(names) = changes(text) else { panic!("no names: {text}") };
            let names: Vec<_> = names.iter().map(ToString::to_string).collect();
            assert_eq!(names.join(","), expected, "{text}");
        }
    }

    #[test]
    fn what_is_noticed_without_being_named_changes_anything() {
        for text in [
            "DO $$$$",
            "CALL f()",
            "CREATE EXTENSION x",
            "CREATE OR REPLACE VIEW x AS SELECT 1",
            "DROP TABLE x CASCADE",
            "DROP SCHEMA x",
            "DROP OWNED BY x",
            "DROP OPERATOR + (int, int)",
            "DROP TRIGGER a ON x",
            "ALTER TABLE x DROP COLUMN a CASCADE",
            "ALTER TABLE x INHERIT y",
            "ALTER TABLE x ATTACH PARTITION y DEFAULT",
            "ALTER TABLE x ADD COLUMN a int, INHERIT y",
            "ALTER TABLE x ALTER a SET EXPRESSION AS (b)",
            "ALTER TABLE x ENABLE TRIGGER ALL",
            "ALTER TABLE x DISABLE ROW LEVEL SECURITY",
            "ALTER SCHEMA x RENAME TO y",
            "ALTER TABLE x SET SCHEMA y",
            "ALTER TYPE x RENAME ATTRIBUTE a TO b",
            "CREATE OPERATOR + (FUNCTION = f, LEFTARG = int)",
            "CREATE CAST (int AS text) WITH FUNCTION f(int)",
            "CREATE DOMAIN x AS text CHECK (f(VALUE))",
            "CREATE TRIGGER a AFTER INSERT ON x EXECUTE FUNCTION f()",
            "CREATE RULE a AS ON INSERT TO x DO INSTEAD NOTHING",
            "CREATE POLICY a ON x USING (f(b))",
            "CREATE SCHEMA x CREATE TABLE y (a int)",
            "REASSIGN OWNED BY a TO b",
        ] {
            assert_eq!(changes(text), Changes::Anything, "{text}");
        }
    }

    #[test]
    fn what_reads_writes_or_is_about_the_session_changes_nothing() {
        for text in [
            "SELECT a FROM x",
            "INSERT INTO x VALUES (1)",
            "EXPLAIN ANALYZE DELETE FROM x",
            "COPY x FROM STDIN",
            "SET search_path = y",
            "ROLLBACK TO a",
            "TRUNCATE x",
            "CREATE SCHEMA x",
            "GRANT SELECT ON x TO y",
        ] {
            assert_eq!(changes(text), Changes::Nothing, "{text}");
        }
    }
}
