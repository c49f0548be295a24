//! Queries and writes.

use model::Verb;
use pg_query::NodeEnum;
use pg_query::protobuf::a_const::Val;
use pg_query::protobuf::{
    CmdType, LockClauseStrength, MergeMatchKind, MergeStmt, Node, OnConflictClause, RangeVar, ReturningClause,
    SelectStmt, WithClause,
};

use super::bounded::Target;
use super::walk::{Item, Queries, Walk};
use crate::builtin::SETTINGS;

impl<'a> Walk<'a> {
    pub(super) fn write_or_select(&mut self, node: &'a NodeEnum, queries: usize) {
        match node {
            NodeEnum::SelectStmt(select) => self.select(select, queries),
            NodeEnum::InsertStmt(insert) => {
                self.does(Verb::Write, "INSERT");
                let queries = self.with(insert.with_clause.as_ref(), queries);
                self.table(insert.relation.as_ref());
                self.nodes(&insert.cols, queries);
                self.maybe(insert.select_stmt.as_deref(), queries);
                self.conflict(insert.on_conflict_clause.as_deref(), queries);
                self.unbounded |= Target::of(insert.relation.as_ref(), &[]).is_inserted_again(insert);
                self.returning(insert.returning_clause.as_ref(), queries);
            }
            NodeEnum::UpdateStmt(update) => {
                self.does(Verb::Write, "UPDATE");
                let queries = self.with(update.with_clause.as_ref(), queries);
                self.table(update.relation.as_ref());
                if update.relation.as_ref().is_some_and(|table| table.relname == SETTINGS) {
                    self.does(Verb::Unknown, "UPDATE");
                }
                self.nodes(&update.target_list, queries);
                self.nodes(&update.from_clause, queries);
                self.bounded_by(
                    &Target::of(update.relation.as_ref(), &update.from_clause),
                    update.where_clause.as_deref(),
                    queries,
                );
                self.returning(update.returning_clause.as_ref(), queries);
            }
            NodeEnum::DeleteStmt(delete) => {
                self.does(Verb::Write, "DELETE");
                let queries = self.with(delete.with_clause.as_ref(), queries);
                self.table(delete.relation.as_ref());
                self.nodes(&delete.using_clause, queries);
                self.bounded_by(
                    &Target::of(delete.relation.as_ref(), &delete.using_clause),
                    delete.where_clause.as_deref(),
                    queries,
                );
                self.returning(delete.returning_clause.as_ref(), queries);
            }
            NodeEnum::MergeStmt(merge) => self.merge(merge, queries),
            _ => self.strange = true,
        }
    }

    pub(super) fn select(&mut self, select: &'a SelectStmt, queries: usize) {
        let first = !std::mem::replace(&mut self.begun, true);
        let queries = self.with(select.with_clause.as_ref(), queries);
        if let Some(into) = &select.into_clause {
            self.does(Verb::Ddl, "SELECT INTO");
            self.table(into.rel.as_ref());
            self.nodes(&into.options, queries);
        }
        for clause in &select.locking_clause {
            let strength = match &clause.node {
                Some(NodeEnum::LockingClause(clause)) => clause.strength(),
                _ => LockClauseStrength::Undefined,
            };
            let shared = matches!(strength, LockClauseStrength::LcsForkeyshare | LockClauseStrength::LcsForshare);
            self.does(Verb::Write, if shared { "SELECT FOR SHARE" } else { "SELECT FOR UPDATE" });
        }
        for nodes in [
            &select.distinct_clause,
            &select.target_list,
            &select.from_clause,
            &select.group_clause,
            &select.window_clause,
            &select.values_lists,
            &select.sort_clause,
        ] {
            self.nodes(nodes, queries);
        }
        for node in [&select.where_clause, &select.having_clause, &select.limit_offset, &select.limit_count] {
            self.maybe(node.as_deref(), queries);
        }
        if first {
            self.limit = select.limit_count.as_deref().and_then(number);
        }
        for side in [&select.larg, &select.rarg].into_iter().flatten() {
            self.todo.push((Item::Select(side), queries));
        }
    }

    fn merge(&mut self, merge: &'a MergeStmt, queries: usize) {
        self.does(Verb::Write, "MERGE");
        let queries = self.with(merge.with_clause.as_ref(), queries);
        self.table(merge.relation.as_ref());
        self.maybe(merge.source_relation.as_deref(), queries);
        self.maybe(merge.join_condition.as_deref(), queries);
        let source = merge.source_relation.as_deref().map(std::slice::from_ref).unwrap_or_default();
        let target = Target::of(merge.relation.as_ref(), source);
        let (mut changes, mut others) = (false, false);
        for clause in &merge.merge_when_clauses {
            let Some(NodeEnum::MergeWhenClause(clause)) = &clause.node else {
                self.strange = true;
                continue;
            };
            let writes = matches!(clause.command_type(), CmdType::CmdUpdate | CmdType::CmdDelete);
            changes |= writes;
            let any = || clause.condition.as_deref().is_none_or(|condition| target.is_trivial(condition));
            others |= writes && clause.match_kind() == MergeMatchKind::MergeWhenNotMatchedBySource && any();
            self.maybe(clause.condition.as_deref(), queries);
            self.nodes(&clause.target_list, queries);
            self.nodes(&clause.values, queries);
        }
        let joins = merge.join_condition.as_deref();
        self.unbounded |= others || changes && joins.is_none_or(|condition| target.is_trivial(condition));
        self.returning(merge.returning_clause.as_ref(), queries);
    }

    /// The queries of a WITH, and what those behind it see.
    fn with(&mut self, clause: Option<&'a WithClause>, outer: usize) -> usize {
        let Some(clause) = clause else { return outer };
        let mut seen = outer;
        let ctes: Vec<_> = clause.ctes.iter().collect();
        if clause.recursive {
            seen = self.named(ctes.iter().filter_map(|cte| name_of(cte)).collect(), outer);
        }
        for cte in ctes {
            let Some(NodeEnum::CommonTableExpr(query)) = &cte.node else {
                self.strange = true;
                continue;
            };
            self.maybe(query.ctequery.as_deref(), seen);
            if let Some(cycle) = query.cycle_clause.as_deref() {
                self.maybe(cycle.cycle_mark_value.as_deref(), seen);
                self.maybe(cycle.cycle_mark_default.as_deref(), seen);
            }
            if !clause.recursive {
                seen = self.named(name_of(cte).into_iter().collect(), seen);
            }
        }
        seen
    }

    fn named(&mut self, names: Vec<&'a str>, outer: usize) -> usize {
        self.queries.push(Queries { names, outer });
        self.queries.len() - 1
    }

    /// What is read in FROM.
    pub(super) fn scanned(&mut self, table: &'a RangeVar, queries: usize) {
        let mut level = self.queries.get(queries);
        while let Some(named) = level {
            if table.schemaname.is_empty() && named.names.contains(&table.relname.as_str()) {
                return;
            }
            level = self.queries.get(named.outer);
        }
        self.relation(&table.schemaname, &table.relname);
    }

    fn bounded_by(&mut self, target: &Target<'a>, condition: Option<&'a Node>, queries: usize) {
        self.unbounded |= condition.is_none_or(|condition| target.is_trivial(condition));
        self.maybe(condition, queries);
    }

    fn conflict(&mut self, clause: Option<&'a OnConflictClause>, queries: usize) {
        let Some(clause) = clause else { return };
        if let Some(infer) = clause.infer.as_deref() {
            self.nodes(&infer.index_elems, queries);
            self.maybe(infer.where_clause.as_deref(), queries);
        }
        self.nodes(&clause.target_list, queries);
        self.maybe(clause.where_clause.as_deref(), queries);
    }

    fn returning(&mut self, clause: Option<&'a ReturningClause>, queries: usize) {
        if let Some(clause) = clause {
            self.nodes(&clause.exprs, queries);
        }
    }
}

fn name_of(cte: &Node) -> Option<&str> {
    match &cte.node {
        Some(NodeEnum::CommonTableExpr(query)) => Some(&query.ctename),
        _ => None,
    }
}

/// A whole number that stands there as one.
fn number(node: &Node) -> Option<u64> {
    let Some(NodeEnum::AConst(constant)) = &node.node else { return None };
    match &constant.val {
        Some(Val::Ival(number)) => u64::try_from(number.ival).ok(),
        Some(Val::Fval(number)) => number.fval.parse().ok(),
        _ => None,
    }
}
