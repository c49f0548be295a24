//! Whole statements: queries, what holds one, and what has nothing to do with columns.

use model::{ColumnId, Position, Relation};
use pg_query::NodeEnum;
use pg_query::protobuf::{CopyStmt, ExplainStmt, Node};

use super::Analysis;
use super::columns::relations;
use super::flow::Value;
use super::scope::{Outputs, Scope};
use crate::full::analyzes;
use crate::names::strings;

impl Analysis<'_> {
    /// The columns of a statement's result, when their number is known.
    pub(super) fn command(&mut self, node: &NodeEnum) -> Option<Vec<Value>> {
        let scope = Scope::default();
        match node {
            NodeEnum::SelectStmt(_)
            | NodeEnum::InsertStmt(_)
            | NodeEnum::UpdateStmt(_)
            | NodeEnum::DeleteStmt(_)
            | NodeEnum::MergeStmt(_)
            | NodeEnum::ExecuteStmt(_) => {
                let outputs = self.query_of(node, &scope);
                if self.stored { self.kept(&outputs) } else { shown(outputs) }
            }
            NodeEnum::CreateTableAsStmt(create) => {
                self.made(create.into.as_ref().and_then(|into| into.rel.as_ref()));
                let outputs = self.inner(create.query.as_deref(), &scope);
                self.kept(&outputs)
            }
            NodeEnum::ViewStmt(view) => {
                self.made(view.view.as_ref());
                let outputs = self.inner(view.query.as_deref(), &scope);
                self.kept(&outputs)
            }
            // Their rows come later, by FETCH and EXECUTE.
            NodeEnum::DeclareCursorStmt(cursor) => shown(self.inner(cursor.query.as_deref(), &scope)),
            NodeEnum::PrepareStmt(prepare) => shown(self.prepared(prepare, &scope)),
            NodeEnum::FetchStmt(fetch) => {
                let outputs = self.behind(&scope);
                if fetch.ismove { Some(Vec::new()) } else { shown(outputs) }
            }
            NodeEnum::ExplainStmt(explain) => {
                self.explain(explain);
                Some(vec![Value::constant()])
            }
            NodeEnum::CopyStmt(copy) => self.copy(copy, &scope),
            NodeEnum::VariableShowStmt(show) if show.name == "all" => Some(vec![Value::constant(); 3]),
            NodeEnum::VariableShowStmt(_) => Some(vec![Value::constant()]),
            NodeEnum::CallStmt(call) => {
                match call.funccall.as_deref() {
                    Some(call) => self.call(call, &scope),
                    None => self.lost(),
                };
                self.foreign();
                None
            }
            // Anybody may say anything there, in what comes unasked.
            NodeEnum::ListenStmt(_) => {
                self.scanned(ColumnId::ANYTHING.relation);
                Some(Vec::new())
            }
            _ if shows_nothing(node) || self.structure(node) || self.upkeep(node) => Some(Vec::new()),
            _ => {
                self.lost();
                None
            }
        }
    }

    fn explain(&mut self, explain: &ExplainStmt) {
        let Some(explained) = explain.query.as_deref().and_then(|node| node.node.as_ref()) else { return };
        self.measured = analyzes(explain);
        let outputs = self.command(explained);
        if self.measured {
            let all = outputs.map_or_else(Value::unknown, |outputs| Value::all(&outputs));
            self.used(&all, Position::Computed);
        }
    }

    pub(super) fn inner(&mut self, query: Option<&Node>, scope: &Scope<'_>) -> Outputs {
        match query {
            Some(query) => self.query(query, scope),
            None => Outputs { columns: Vec::new(), rest: Some(self.lost()) },
        }
    }

    /// The rows go elsewhere.
    fn kept(&mut self, outputs: &Outputs) -> Option<Vec<Value>> {
        self.used(&outputs.all(), Position::Write);
        Some(Vec::new())
    }

    fn copy(&mut self, copy: &CopyStmt, scope: &Scope<'_>) -> Option<Vec<Value>> {
        let outside = copy.is_program || !copy.filename.is_empty();
        if copy.is_program {
            self.foreign();
        }
        if copy.is_from {
            let entry = copy.relation.as_ref().map(|table| self.table(table, scope));
            let mut inside = Scope::inside(scope);
            inside.entries.extend(entry);
            self.only_if(copy.where_clause.as_deref(), &inside);
            return Some(Vec::new());
        }
        let outputs = match &copy.query {
            Some(query) => self.query(query, scope),
            None => self.copied(copy),
        };
        if outside { self.kept(&outputs) } else { shown(outputs) }
    }

    fn copied_to(&self, copy: &CopyStmt) -> Vec<&Relation> {
        let table = copy.relation.as_ref();
        table.map(|table| relations(self.catalogue, &table.schemaname, &table.relname)).unwrap_or_default()
    }

    /// The columns of a table as COPY gives them: in their order, without generated ones when they are not asked for.
    fn copied(&mut self, copy: &CopyStmt) -> Outputs {
        let asked = strings(&copy.attlist);
        let mut tables = Vec::new();
        for relation in self.copied_to(copy) {
            let mut outputs = Outputs::default();
            let own = relation.columns.iter().filter(|column| column.number > 0);
            if asked.is_empty() {
                for column in own.filter(|column| column.from.is_empty()) {
                    outputs.push(column.name.clone(), Value::column(relation.id, column.number));
                }
            } else {
                for name in &asked {
                    let found = own.clone().find(|column| column.name == *name);
                    let value = found.map_or_else(Value::unknown, |column| Value::column(relation.id, column.number));
                    outputs.push(name.clone(), value);
                }
            }
            tables.push((relation.id, outputs));
        }
        let mut all: Option<Outputs> = None;
        for (id, outputs) in tables {
            self.scanned(id);
            match &mut all {
                Some(all) if all.columns.len() == outputs.columns.len() => all.merge(&outputs),
                Some(all) => {
                    let mut rest = all.all();
                    rest.join(&outputs.all());
                    *all = Outputs { columns: Vec::new(), rest: Some(rest) };
                }
                None => all = Some(outputs),
            }
        }
        all.unwrap_or_else(|| Outputs { columns: Vec::new(), rest: Some(Value::unknown()) })
    }
}

fn shown(outputs: Outputs) -> Option<Vec<Value>> {
    match outputs.rest {
        None => Some(outputs.columns.into_iter().map(|column| column.value).collect()),
        Some(_) => None,
    }
}

/// Statements that read no column and run no code of users.
fn shows_nothing(node: &NodeEnum) -> bool {
    matches!(
        node,
        NodeEnum::TransactionStmt(_)
            | NodeEnum::VariableSetStmt(_)
            | NodeEnum::DeallocateStmt(_)
            | NodeEnum::DiscardStmt(_)
            | NodeEnum::ClosePortalStmt(_)
            | NodeEnum::UnlistenStmt(_)
            | NodeEnum::NotifyStmt(_)
            | NodeEnum::ConstraintsSetStmt(_)
            | NodeEnum::CheckPointStmt(_)
            | NodeEnum::LockStmt(_)
            | NodeEnum::GrantStmt(_)
            | NodeEnum::GrantRoleStmt(_)
            | NodeEnum::AlterDefaultPrivilegesStmt(_)
            | NodeEnum::CreateRoleStmt(_)
            | NodeEnum::AlterRoleStmt(_)
            | NodeEnum::AlterRoleSetStmt(_)
            | NodeEnum::DropRoleStmt(_)
            | NodeEnum::DropOwnedStmt(_)
            | NodeEnum::ReassignOwnedStmt(_)
            | NodeEnum::AlterDatabaseStmt(_)
            | NodeEnum::AlterDatabaseSetStmt(_)
            | NodeEnum::AlterDatabaseRefreshCollStmt(_)
            | NodeEnum::DropdbStmt(_)
            | NodeEnum::CreateTableSpaceStmt(_)
            | NodeEnum::AlterTableSpaceOptionsStmt(_)
            | NodeEnum::AlterTableMoveAllStmt(_)
            | NodeEnum::DropTableSpaceStmt(_)
            | NodeEnum::AlterOwnerStmt(_)
            | NodeEnum::TruncateStmt(_)
            | NodeEnum::CreateSeqStmt(_)
            | NodeEnum::AlterSeqStmt(_)
            | NodeEnum::CreateEnumStmt(_)
            | NodeEnum::AlterEnumStmt(_)
            | NodeEnum::CompositeTypeStmt(_)
            | NodeEnum::ReindexStmt(_)
            | NodeEnum::AlterStatsStmt(_)
            | NodeEnum::AlterCollationStmt(_)
            | NodeEnum::AlterTsdictionaryStmt(_)
            | NodeEnum::AlterTsconfigurationStmt(_)
            | NodeEnum::AlterObjectDependsStmt(_)
            | NodeEnum::AlterExtensionContentsStmt(_)
            | NodeEnum::AlterEventTrigStmt(_)
            | NodeEnum::DropUserMappingStmt(_)
            | NodeEnum::DropStmt(_)
    )
}
