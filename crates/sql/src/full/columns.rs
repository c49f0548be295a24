//! What a table is made of, and how that is changed.

use model::Verb;
use pg_query::NodeEnum;
use pg_query::protobuf::{
    AlterTableCmd, AlterTableStmt, AlterTableType, ColumnDef, Constraint, Node, ObjectType, PartitionBoundSpec,
};

use super::walk::{NO_QUERIES, Walk};

impl<'a> Walk<'a> {
    pub(super) fn alter_table(&mut self, alter: &'a AlterTableStmt) {
        // An index is no relation that holds anything, and a composite type is none.
        if !matches!(alter.objtype(), ObjectType::ObjectIndex | ObjectType::ObjectType) {
            self.table(alter.relation.as_ref());
        }
        self.worded(Verb::Ddl);
        for command in &alter.cmds {
            match &command.node {
                Some(NodeEnum::AlterTableCmd(command)) => self.change(command),
                _ => self.strange = true,
            }
        }
    }

    fn change(&mut self, command: &'a AlterTableCmd) {
        use AlterTableType as Kind;
        let kind = command.subtype();
        if matches!(
            kind,
            Kind::AtChangeOwner
                | Kind::AtEnableRowSecurity
                | Kind::AtDisableRowSecurity
                | Kind::AtForceRowSecurity
                | Kind::AtNoForceRowSecurity
        ) {
            self.worded(Verb::Grant);
        }
        let Some(definition) = command.def.as_deref() else {
            self.strange |= kind == Kind::Undefined;
            return;
        };
        match kind {
            // Only rows to come have it.
            Kind::AtColumnDefault => self.kept(|inner| inner.runs(Some(definition))),
            Kind::AtSetExpression => self.runs(Some(definition)),
            Kind::AtAddColumn | Kind::AtAlterColumnType | Kind::AtAddConstraint | Kind::AtAddIdentity => {
                self.element(definition);
            }
            Kind::AtAddInherit | Kind::AtDropInherit => match &definition.node {
                Some(NodeEnum::RangeVar(parent)) => self.table(Some(parent)),
                _ => self.strange = true,
            },
            Kind::AtAttachPartition | Kind::AtDetachPartition | Kind::AtDetachPartitionFinalize => {
                self.partition(definition);
            }
            Kind::Undefined => self.strange = true,
            // What is left are numbers, names and options.
            _ => {}
        }
    }

    fn partition(&mut self, definition: &'a Node) {
        let Some(NodeEnum::PartitionCmd(partition)) = &definition.node else {
            self.strange = true;
            return;
        };
        // That of an index is an index.
        self.table(partition.name.as_ref());
        if let Some(bound) = &partition.bound {
            self.bound(bound);
        }
    }

    /// The values between which a partition is.
    pub(super) fn bound(&mut self, bound: &'a PartitionBoundSpec) {
        for values in [&bound.listdatums, &bound.lowerdatums, &bound.upperdatums] {
            self.nodes(values, NO_QUERIES);
        }
    }

    /// A column, a constraint, or another table's columns.
    pub(super) fn element(&mut self, element: &'a Node) {
        match &element.node {
            Some(NodeEnum::ColumnDef(column)) => self.column(column),
            Some(NodeEnum::Constraint(constraint)) => self.constraint(constraint),
            Some(NodeEnum::TableLikeClause(like)) => self.table(like.relation.as_ref()),
            _ => self.strange = true,
        }
    }

    fn column(&mut self, column: &'a ColumnDef) {
        self.runs(column.raw_default.as_deref());
        column.constraints.iter().for_each(|constraint| self.element(constraint));
    }

    fn constraint(&mut self, constraint: &'a Constraint) {
        self.runs(constraint.raw_expr.as_deref());
        self.runs(constraint.where_clause.as_deref());
        if constraint.pktable.is_some() {
            self.table(constraint.pktable.as_ref());
        }
        for exclusion in &constraint.exclusions {
            self.exclusion(exclusion);
        }
    }

    /// What is compared, and by which operator.
    fn exclusion(&mut self, exclusion: &'a Node) {
        let pair = match &exclusion.node {
            Some(NodeEnum::List(pair)) => &pair.items[..],
            _ => &[],
        };
        match pair {
            [element, Node { node: Some(NodeEnum::List(operator)) }] => {
                self.node(element, NO_QUERIES);
                self.operator(&operator.items);
            }
            _ => self.strange = true,
        }
    }
}
