//! ALTER TABLE, and its like for what else has columns.

use model::Position;
use pg_query::NodeEnum;
use pg_query::protobuf::{AlterTableCmd, AlterTableStmt, AlterTableType, ColumnDef, ObjectType, RangeVar};

use super::Analysis;
use super::scope::{Entry, Scope};
use crate::names::some;

impl Analysis<'_> {
    pub(super) fn alter_table(&mut self, alter: &AlterTableStmt) {
        // These hold no values of people.
        if matches!(alter.objtype(), ObjectType::ObjectIndex | ObjectType::ObjectSequence) {
            return;
        }
        let table = self.standing(alter.relation.as_ref());
        let scope = Scope { entries: vec![table.clone()], ..Scope::default() };
        for node in &alter.cmds {
            match &node.node {
                Some(NodeEnum::AlterTableCmd(command)) => self.alter(command, alter, &table, &scope),
                _ => {
                    self.lost();
                }
            }
        }
    }

    /// One of the changes of an ALTER TABLE.
    fn alter(&mut self, command: &AlterTableCmd, alter: &AlterTableStmt, table: &Entry, scope: &Scope<'_>) {
        use AlterTableType as Alter;
        let def = command.def.as_deref();
        let node = def.and_then(|def| def.node.as_ref());
        let column = self.among(table, some(&command.name));
        match (command.subtype(), node) {
            (Alter::AtAddColumn, Some(NodeEnum::ColumnDef(column))) => {
                self.column_of(column, table, scope);
                self.checks_type(column);
            }
            (Alter::AtColumnDefault, _) => self.kept_expression(def, &Scope::default()),
            (Alter::AtSetNotNull, _) => self.used(&column, Position::Predicate),
            // It may stand in a unique index already.
            (Alter::AtSetExpression, _) => {
                let value = self.maybe(def, scope);
                self.used(&value, Position::Shape);
            }
            // What was computed stays, and nothing says any more from what.
            (Alter::AtDropExpression, _) => self.used(&column, Position::Write),
            // The columns of children may stay, of which the name of this one was known.
            (Alter::AtDropColumn, _) if self.has_children(table) => self.used(&column, Position::Renamed),
            (Alter::AtAddConstraint, Some(NodeEnum::Constraint(constraint))) => {
                self.constraint(constraint, table, scope);
            }
            (Alter::AtAlterConstraint, Some(NodeEnum::AtalterConstraint(constraint))) => {
                if constraint.alter_enforceability {
                    self.used(&table.row, Position::Predicate);
                }
            }
            (Alter::AtValidateConstraint, _) => self.used(&table.row, Position::Predicate),
            (Alter::AtAlterColumnType, Some(NodeEnum::ColumnDef(to))) if alter.objtype() != ObjectType::ObjectType => {
                self.retype(to, &command.name, table, scope);
            }
            // Its rows are those of another from then on.
            (Alter::AtAddInherit, _) => self.used(&table.row, Position::Write),
            (Alter::AtDropInherit, _) => self.used(&table.row, Position::Renamed),
            (Alter::AtAttachPartition, Some(NodeEnum::PartitionCmd(part))) => {
                part.bound.iter().for_each(|bound| self.bounds(bound));
                let child = self.standing(part.name.as_ref());
                self.used(&table.row, Position::Predicate);
                self.used(&child.row, Position::Predicate);
                self.used(&child.row, Position::Write);
            }
            (Alter::AtDetachPartition | Alter::AtDetachPartitionFinalize, Some(NodeEnum::PartitionCmd(part))) => {
                self.renamed(part.name.as_ref());
            }
            (kind, _) if is_silent(kind) => {}
            _ => {
                self.lost();
            }
        }
    }

    /// A relation gets another name, or another place.
    pub(super) fn renamed(&mut self, table: Option<&RangeVar>) {
        let row = self.standing(table).row;
        self.used(&row, Position::Renamed);
    }

    /// A column gets another type, and perhaps values that are computed anew. Those of other columns are copies.
    fn retype(&mut self, to: &ColumnDef, name: &str, table: &Entry, scope: &Scope<'_>) {
        let column = self.among(table, [name]);
        let Some(kind) = &to.type_name else {
            self.lost();
            return;
        };
        let using = to.raw_default.as_deref();
        let from = match using {
            Some(using) => self.expression(using, scope),
            None => column.clone(),
        };
        if from.sources.iter().any(|source| !column.sources.contains(source)) {
            self.used(&from, Position::Write);
        }
        // New values may not be unique any more, nor the same ones by another collation.
        if using.is_some() {
            self.used(&from, Position::Computed);
        }
        if to.coll_clause.is_some() {
            self.used(&from, Position::Shape);
        }
        self.typed(kind, from);
    }

    /// Rows that are there already get a value of that type, of which somebody's own code may have to approve.
    fn checks_type(&mut self, column: &ColumnDef) {
        if let Some(kind) = &column.type_name
            && !self.is_built_in(kind)
        {
            self.scanned(model::ColumnId::ANYTHING.relation);
        }
    }

    fn has_children(&self, table: &Entry) -> bool {
        let is = |id: &u32| table.row.sources.iter().any(|source| source.relation == *id);
        table.row.sources.is_empty() || self.catalogue.relations().any(|relation| relation.parents.iter().any(is))
    }
}

/// Changes that neither read values nor decide on any.
fn is_silent(kind: AlterTableType) -> bool {
    use AlterTableType as Alter;
    matches!(
        kind,
        Alter::AtDropNotNull
            | Alter::AtSetStatistics
            | Alter::AtSetOptions
            | Alter::AtResetOptions
            | Alter::AtSetStorage
            | Alter::AtSetCompression
            | Alter::AtDropColumn
            | Alter::AtDropConstraint
            | Alter::AtChangeOwner
            | Alter::AtClusterOn
            | Alter::AtDropCluster
            | Alter::AtSetLogged
            | Alter::AtSetUnLogged
            | Alter::AtDropOids
            | Alter::AtSetTableSpace
            | Alter::AtSetRelOptions
            | Alter::AtResetRelOptions
            | Alter::AtEnableTrig
            | Alter::AtEnableAlwaysTrig
            | Alter::AtEnableReplicaTrig
            | Alter::AtDisableTrig
            | Alter::AtEnableTrigAll
            | Alter::AtDisableTrigAll
            | Alter::AtEnableTrigUser
            | Alter::AtDisableTrigUser
            | Alter::AtEnableRule
            | Alter::AtEnableAlwaysRule
            | Alter::AtEnableReplicaRule
            | Alter::AtDisableRule
            | Alter::AtAddOf
            | Alter::AtDropOf
            | Alter::AtReplicaIdentity
            | Alter::AtEnableRowSecurity
            | Alter::AtDisableRowSecurity
            | Alter::AtForceRowSecurity
            | Alter::AtNoForceRowSecurity
            | Alter::AtAddIdentity
            | Alter::AtSetIdentity
            | Alter::AtDropIdentity
    )
}
