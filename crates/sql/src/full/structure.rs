//! Tables, indexes, views, sequences, types, schemas.

use model::Verb;
use pg_query::NodeEnum;
use pg_query::protobuf::{AlterDomainStmt, CreateDomainStmt, CreateStmt, IndexStmt, Node};

use super::walk::{NO_QUERIES, WORDS, Walk};

impl<'a> Walk<'a> {
    pub(super) fn structure(&mut self, statement: &'a NodeEnum) -> bool {
        match statement {
            NodeEnum::AlterTableStmt(alter) => {
                self.alter_table(alter);
                return true;
            }
            NodeEnum::CreateSchemaStmt(create) => self.schema(&create.schema_elts),
            NodeEnum::CreateStmt(create) => self.create_table(create),
            NodeEnum::CreateForeignTableStmt(create) => match &create.base_stmt {
                Some(base) => self.create_table(base),
                None => self.strange = true,
            },
            NodeEnum::IndexStmt(index) => self.index(index),
            NodeEnum::ViewStmt(view) => {
                self.table(view.view.as_ref());
                self.kept(|inner| inner.query(view.query.as_deref()));
            }
            NodeEnum::CreateStatsStmt(create) => {
                self.kept(|inner| {
                    inner.nodes(&create.relations, NO_QUERIES);
                    for element in &create.exprs {
                        match &element.node {
                            Some(NodeEnum::StatsElem(element)) => inner.runs(element.expr.as_deref()),
                            _ => inner.strange = true,
                        }
                    }
                });
            }
            NodeEnum::CreateSeqStmt(create) => self.table(create.sequence.as_ref()),
            NodeEnum::AlterSeqStmt(alter) => self.table(alter.sequence.as_ref()),
            NodeEnum::CreateDomainStmt(create) => self.domain(create),
            NodeEnum::AlterDomainStmt(alter) => self.alter_domain(alter),
            NodeEnum::CreateRangeStmt(create) => self.functions_of(&create.params),
            NodeEnum::AlterTypeStmt(alter) => self.functions_of(&alter.options),
            NodeEnum::CompositeTypeStmt(_)
            | NodeEnum::CreateEnumStmt(_)
            | NodeEnum::AlterEnumStmt(_)
            | NodeEnum::AlterStatsStmt(_) => {}
            _ => return false,
        }
        self.worded(Verb::Ddl);
        true
    }

    /// What a schema is made with.
    fn schema(&mut self, elements: &'a [Node]) {
        self.name = Some(WORDS);
        for element in elements {
            match &element.node {
                Some(
                    element @ (NodeEnum::CreateStmt(_)
                    | NodeEnum::IndexStmt(_)
                    | NodeEnum::CreateSeqStmt(_)
                    | NodeEnum::CreateTrigStmt(_)
                    | NodeEnum::GrantStmt(_)
                    | NodeEnum::ViewStmt(_)),
                ) => self.strange |= !self.statement(element),
                _ => self.strange = true,
            }
        }
    }

    /// A new table has no rows: what stands in its columns and constraints runs later. The bounds of a partition are computed now.
    fn create_table(&mut self, create: &'a CreateStmt) {
        self.table(create.relation.as_ref());
        self.tables(&create.inh_relations);
        self.kept(|inner| {
            create.table_elts.iter().for_each(|element| inner.element(element));
            create.constraints.iter().for_each(|element| inner.element(element));
            if let Some(key) = &create.partspec {
                inner.nodes(&key.part_params, NO_QUERIES);
            }
        });
        if let Some(bound) = &create.partbound {
            self.bound(bound);
        }
    }

    fn index(&mut self, index: &'a IndexStmt) {
        self.table(index.relation.as_ref());
        self.nodes(&index.index_params, NO_QUERIES);
        self.nodes(&index.index_including_params, NO_QUERIES);
        self.runs(index.where_clause.as_deref());
    }

    fn domain(&mut self, create: &'a CreateDomainStmt) {
        self.kept(|inner| create.constraints.iter().for_each(|constraint| inner.element(constraint)));
    }

    /// A constraint is tried on all values that there are.
    fn alter_domain(&mut self, alter: &'a AlterDomainStmt) {
        match (alter.subtype.as_str(), alter.def.as_deref()) {
            ("C", Some(constraint)) => self.element(constraint),
            (_, Some(default)) => self.kept(|inner| inner.runs(Some(default))),
            (_, None) => {}
        }
    }
}
