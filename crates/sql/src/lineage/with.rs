//! Queries that WITH names.

use model::{Derived, Position};
use pg_query::NodeEnum;
use pg_query::protobuf::{CommonTableExpr, WithClause};

use super::Analysis;
use super::flow::Value;
use super::scope::{Cte, Outputs, Scope};
use crate::names::strings;

/// So often are queries that refer to themselves or each other read anew; what still changes then is not known.
const ROUNDS: usize = 32;

impl Analysis<'_> {
    /// The queries of a WITH, for those behind them and for the query itself.
    pub(super) fn with(&mut self, clause: Option<&WithClause>, scope: &mut Scope<'_>) {
        let Some(clause) = clause else { return };
        let mut queries = Vec::with_capacity(clause.ctes.len());
        for node in &clause.ctes {
            match &node.node {
                Some(NodeEnum::CommonTableExpr(cte)) => queries.push(&**cte),
                _ => self.known = false,
            }
        }
        if clause.recursive {
            return self.recursive(&queries, scope);
        }
        for cte in queries {
            let outputs = self.common(cte, scope);
            scope.ctes.push(Cte { name: cte.ctename.clone(), outputs });
        }
    }

    /// With RECURSIVE each may refer to itself and to all others. They are read until nothing new flows.
    fn recursive(&mut self, queries: &[&CommonTableExpr], scope: &mut Scope<'_>) {
        let begun = scope.ctes.len();
        for cte in queries {
            let outputs = Outputs { columns: Vec::new(), rest: Some(Value::constant()) };
            scope.ctes.push(Cte { name: cte.ctename.clone(), outputs });
        }
        for _ in 0..ROUNDS {
            let mut changed = false;
            for (at, cte) in queries.iter().enumerate() {
                let outputs = self.common(cte, scope);
                if let Some(known) = scope.ctes.get_mut(begun + at) {
                    changed |= known.outputs != outputs;
                    known.outputs = outputs;
                }
            }
            if !changed {
                return;
            }
        }
        self.known = false;
    }

    fn common(&mut self, cte: &CommonTableExpr, scope: &Scope<'_>) -> Outputs {
        let Some(query) = cte.ctequery.as_deref() else {
            return Outputs { columns: Vec::new(), rest: Some(self.lost()) };
        };
        let mut outputs = self.query(query, scope).renamed(&strings(&cte.aliascolnames));
        let all = outputs.all().at_least(Derived::Computed);
        if let Some(search) = &cte.search_clause {
            self.used(&all, Position::Shape);
            outputs.push(search.search_seq_column.clone(), all.clone());
        }
        if let Some(cycle) = &cte.cycle_clause {
            self.used(&all, Position::Shape);
            outputs.push(cycle.cycle_mark_column.clone(), all.clone());
            outputs.push(cycle.cycle_path_column.clone(), all);
        }
        outputs
    }
}
