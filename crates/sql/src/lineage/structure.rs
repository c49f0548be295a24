//! Changes of structure: what of them reads values that stand already, or decides what becomes of later ones.
//!
//! Only that is noted. Structure by itself (a new column, an index on columns that nobody may not see) uses no column, and so
//! nothing stands in its way. What runs code of somebody's own is noted as such wherever it would run, now or later.

use model::{Catalogue, ColumnId, Position, Use};
use pg_query::NodeEnum;
use pg_query::protobuf::{
    AlterDomainStmt, AlterPolicyStmt, CreateDomainStmt, CreatePolicyStmt, CreateRangeStmt, CreateSchemaStmt,
    CreateStatsStmt, CreateStmt, CreatedbStmt, Node, ObjectType, PartitionBoundSpec, RangeVar,
};

use super::Analysis;
use super::columns::{entry_of, relations};
use super::flow::Value;
use super::scope::{Entry, Scope};
use crate::names::{alias, string};

/// What a range type may be made with that is no code.
const RANGES: [&str; 4] = ["subtype", "collation", "multirange_type_name", "subtype_opclass"];

/// The databases that come with the server to be copied.
const EMPTY: [&str; 2] = ["template0", "template1"];

impl Analysis<'_> {
    /// A change of structure; false when it is none that is understood here.
    pub(super) fn structure(&mut self, node: &NodeEnum) -> bool {
        match node {
            NodeEnum::CreateStmt(create) => self.create_table(create),
            NodeEnum::AlterTableStmt(alter) => self.alter_table(alter),
            NodeEnum::IndexStmt(index) => self.create_index(index),
            NodeEnum::CreateStatsStmt(statistics) => self.create_statistics(statistics),
            NodeEnum::CreateSchemaStmt(schema) => self.create_schema(schema),
            NodeEnum::CreatePolicyStmt(policy) => self.create_policy(policy),
            NodeEnum::AlterPolicyStmt(policy) => self.alter_policy(policy),
            NodeEnum::CreateDomainStmt(domain) => self.create_domain(domain),
            NodeEnum::AlterDomainStmt(domain) => self.alter_domain(domain),
            NodeEnum::CreateRangeStmt(range) => return is_plain(range),
            NodeEnum::CreatedbStmt(database) => self.create_database(database),
            // Text search reads nothing by itself.
            NodeEnum::DefineStmt(define) => {
                return matches!(define.kind(), ObjectType::ObjectTsdictionary | ObjectType::ObjectTsconfiguration);
            }
            _ => return false,
        }
        true
    }

    /// A table that stands already. It is not noted as read: what a change of structure reads of it is.
    pub(super) fn standing(&self, table: Option<&RangeVar>) -> Entry {
        let Some(table) = table else { return Entry::opaque(None, Value::unknown()) };
        let name = alias(table.alias.as_ref()).0.unwrap_or_else(|| table.relname.clone());
        let found = relations(self.catalogue, &table.schemaname, &table.relname);
        match found.is_empty() {
            true => Entry::opaque(Some(name), Value::unknown()),
            false => entry_of(&found, name),
        }
    }

    /// These columns of a table.
    pub(super) fn among<'n>(&self, table: &Entry, names: impl IntoIterator<Item = &'n str>) -> Value {
        let named = |name: &str| table.find(name).map_or_else(Value::constant, |(value, _)| value);
        let values: Vec<Value> = names.into_iter().map(named).collect();
        Value::all(&values)
    }

    /// An expression that a table keeps and the server computes from then on.
    pub(super) fn kept_expression(&mut self, node: Option<&Node>, scope: &Scope<'_>) {
        let value = self.maybe(node, scope);
        self.used(&value, Position::Computed);
    }

    /// A relation is made. A temporary one comes before all others of its name: what code of the database writes to one of
    /// these would stand in it.
    pub(super) fn made(&mut self, relation: Option<&RangeVar>) {
        let temporary = |one: &RangeVar| one.relpersistence == "t" || one.schemaname.starts_with("pg_temp");
        if relation.is_some_and(|one| temporary(one) && self.catalogue.named(None, &one.relname).next().is_some()) {
            self.uses.insert(Use { column: ColumnId::ANYTHING, position: Position::Shadowed });
        }
    }

    /// A new table is empty: what is said about its own columns tells nothing.
    fn create_table(&mut self, create: &CreateStmt) {
        self.made(create.relation.as_ref());
        let own = Entry::opaque(create.relation.as_ref().map(|own| own.relname.clone()), Value::constant());
        let mut scope = Scope::default();
        scope.entries.push(own.clone());
        for element in create.table_elts.iter().chain(&create.constraints) {
            match &element.node {
                Some(NodeEnum::ColumnDef(column)) => {
                    self.column_of(column, &own, &scope);
                }
                Some(NodeEnum::Constraint(constraint)) => self.constraint(constraint, &own, &scope),
                // It has the columns of another, and none of its rows.
                Some(NodeEnum::TableLikeClause(_)) => {}
                _ => {
                    self.lost();
                }
            }
        }
        for element in create.partspec.iter().flat_map(|spec| &spec.part_params) {
            match &element.node {
                Some(NodeEnum::PartitionElem(element)) => self.kept_expression(element.expr.as_deref(), &scope),
                _ => {
                    self.lost();
                }
            }
        }
        if let Some(bound) = &create.partbound {
            self.bounds(bound);
            // Rows of the default partition that belong into this one make it fail.
            for parent in &create.inh_relations {
                let parent = match &parent.node {
                    Some(NodeEnum::RangeVar(parent)) => self.standing(Some(parent)),
                    _ => self.standing(None),
                };
                self.used(&parent.row, Position::Predicate);
            }
        }
    }

    /// The bounds of a partition are computed once and for all.
    pub(super) fn bounds(&mut self, bound: &PartitionBoundSpec) {
        // MINVALUE and its like are written as names of columns.
        let scope = Scope { entries: vec![Entry::opaque(None, Value::constant())], ..Scope::default() };
        for list in [&bound.listdatums, &bound.lowerdatums, &bound.upperdatums] {
            let value = self.together(list, &scope);
            self.used(&value, Position::Write);
        }
    }

    fn create_statistics(&mut self, statistics: &CreateStatsStmt) {
        let mut scope = Scope::default();
        for relation in &statistics.relations {
            scope.entries.push(match &relation.node {
                Some(NodeEnum::RangeVar(table)) => self.standing(Some(table)),
                _ => self.standing(None),
            });
        }
        // What is gathered is masked where it can be read; computing it may fail.
        for element in &statistics.exprs {
            match &element.node {
                Some(NodeEnum::StatsElem(element)) => self.kept_expression(element.expr.as_deref(), &scope),
                _ => {
                    self.lost();
                }
            }
        }
    }

    /// A database is a copy of another: where that is one that people use, what is masked there by where it stands would
    /// stand elsewhere too.
    fn create_database(&mut self, database: &CreatedbStmt) {
        for option in &database.options {
            let Some(NodeEnum::DefElem(option)) = &option.node else { continue };
            let name = option.arg.as_deref().map(string);
            if option.defname == "template" && name.is_some_and(|name| name.is_none_or(|name| !EMPTY.contains(&name))) {
                self.used(&Value::unknown(), Position::Write);
            }
        }
    }

    fn create_schema(&mut self, schema: &CreateSchemaStmt) {
        for element in &schema.schema_elts {
            match &element.node {
                Some(element) => {
                    self.command(element);
                }
                None => {
                    self.lost();
                }
            }
        }
    }

    fn create_policy(&mut self, policy: &CreatePolicyStmt) {
        self.policy(policy.table.as_ref(), [&policy.qual, &policy.with_check]);
    }

    fn alter_policy(&mut self, policy: &AlterPolicyStmt) {
        self.policy(policy.table.as_ref(), [&policy.qual, &policy.with_check]);
    }

    /// Which rows are there from now on tells of what the conditions are made on.
    fn policy(&mut self, table: Option<&RangeVar>, conditions: [&Option<Box<Node>>; 2]) {
        let scope = Scope { entries: vec![self.standing(table)], ..Scope::default() };
        for condition in conditions {
            self.only_if(condition.as_deref(), &scope);
        }
    }

    fn create_domain(&mut self, domain: &CreateDomainStmt) {
        let value = Entry::opaque(None, Value::constant());
        let scope = Scope { entries: vec![value.clone()], ..Scope::default() };
        for constraint in &domain.constraints {
            match &constraint.node {
                Some(NodeEnum::Constraint(constraint)) => self.constraint(constraint, &value, &scope),
                _ => {
                    self.lost();
                }
            }
        }
    }

    fn alter_domain(&mut self, domain: &AlterDomainStmt) {
        let value = Entry::opaque(None, Value::constant());
        let scope = Scope { entries: vec![value.clone()], ..Scope::default() };
        match domain.def.as_deref().and_then(|def| def.node.as_ref()) {
            Some(NodeEnum::Constraint(constraint)) => self.constraint(constraint, &value, &scope),
            // DEFAULT.
            Some(_) => self.kept_expression(domain.def.as_deref(), &scope),
            None => {}
        }
        // SET NOT NULL, a new constraint, VALIDATE: all columns of that type are looked at, whatever tables they are in.
        if matches!(domain.subtype.as_str(), "O" | "C" | "V") {
            self.used(&Value::unknown(), Position::Predicate);
        }
    }
}

/// Whether a range type is made without functions of somebody.
fn is_plain(range: &CreateRangeStmt) -> bool {
    range.params.iter().all(|parameter| match &parameter.node {
        Some(NodeEnum::DefElem(parameter)) => RANGES.contains(&parameter.defname.as_str()),
        _ => false,
    })
}

/// The columns of a relation by their names, for statements that name an object as a list of names.
pub(super) fn object_columns(catalogue: &Catalogue, names: &[Node], column: bool) -> Vec<ColumnId> {
    let names: Vec<&str> = names.iter().filter_map(string).collect();
    let (names, column) = match (column, names.split_last()) {
        (true, Some((last, names))) => (names, Some(*last)),
        _ => (&names[..], None),
    };
    let (schema, relation) = match names {
        [relation] => ("", *relation),
        [.., schema, relation] => (*schema, *relation),
        [] => return vec![ColumnId::ANYTHING],
    };
    let found = relations(catalogue, schema, relation);
    if found.is_empty() {
        return vec![ColumnId::ANYTHING];
    }
    let number = |relation: &&model::Relation| match column {
        None => Some(0),
        Some(column) => relation.columns.iter().find(|one| one.name == column).map(|one| one.number),
    };
    found.iter().filter_map(|one| Some(ColumnId { relation: one.id, column: number(one)? })).collect()
}
