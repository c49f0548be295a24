//! Statements that give a query a name, and those that have only its name.

use model::Position;
use pg_query::NodeEnum;
use pg_query::protobuf::{ExecuteStmt, PrepareStmt};

use super::Analysis;
use super::flow::Value;
use super::scope::{Outputs, Scope};

impl Analysis<'_> {
    /// PREPARE. Values of its parameters go through their types, which may be of somebody's own.
    pub(super) fn prepared(&mut self, prepare: &PrepareStmt, scope: &Scope<'_>) -> Outputs {
        for node in &prepare.argtypes {
            match &node.node {
                Some(NodeEnum::TypeName(kind)) => self.typed(kind, Value::constant()),
                _ => self.lost(),
            };
        }
        self.inner(prepare.query.as_deref(), scope)
    }

    /// EXECUTE: its arguments, of which it is not known where they go, and the query that has the name.
    pub(super) fn executed(&mut self, execute: &ExecuteStmt, scope: &Scope<'_>) -> Outputs {
        let arguments = self.together(&execute.params, scope);
        self.used(&arguments, Position::Write);
        self.behind(scope)
    }

    /// The query that the statement has only a name for.
    pub(super) fn behind(&mut self, scope: &Scope<'_>) -> Outputs {
        match self.behind {
            Some(NodeEnum::PrepareStmt(prepare)) => self.prepared(prepare, scope),
            Some(NodeEnum::DeclareCursorStmt(cursor)) => self.inner(cursor.query.as_deref(), scope),
            Some(NodeEnum::ExecuteStmt(_)) | None => Outputs { columns: Vec::new(), rest: Some(self.lost()) },
            Some(query) => self.query_of(query, scope),
        }
    }
}
