//! ON CONFLICT: what it asks, and what it writes.

use model::Position;
use pg_query::NodeEnum;
use pg_query::protobuf::OnConflictClause;

use super::Analysis;
use super::flow::Value;
use super::scope::{Entry, Named, Scope};
use super::writes::{Written, is_generated};

impl Analysis<'_> {
    pub(super) fn on_conflict(
        &mut self,
        conflict: &OnConflictClause,
        target: &Entry,
        excluded: Entry,
        written: &mut Written,
        with: &Scope<'_>,
    ) {
        let mut scope = Scope::inside(with);
        scope.entries.push(target.clone());
        // Whether there is a conflict tells whether the value is there, for each row and without an error.
        if conflict.infer.as_deref().is_none_or(|infer| infer.index_elems.is_empty()) {
            let any = self.may_conflict(target, written);
            self.used(&any, Position::Equality);
        }
        if let Some(infer) = conflict.infer.as_deref() {
            for element in &infer.index_elems {
                let Some(NodeEnum::IndexElem(element)) = &element.node else { continue };
                if let Some((value, _)) = target.find(&element.name) {
                    self.used(&value, Position::Equality);
                }
                self.only_if(element.expr.as_deref(), &scope);
            }
            self.only_if(infer.where_clause.as_deref(), &scope);
        }
        let name = Some("excluded".to_owned());
        scope.entries.push(Entry { name, schemas: Vec::new(), qualified: true, ..excluded });
        self.only_if(conflict.where_clause.as_deref(), &scope);
        self.assignments(&conflict.target_list, &scope, written);
    }

    /// The columns by which what is written may be there already, where no list of columns says which: what is not written
    /// has a default.
    fn may_conflict(&self, target: &Entry, written: &Written) -> Value {
        let may = |column: &&Named| {
            let generated = column.value.sources.iter().any(|source| is_generated(self.catalogue, *source));
            generated || written.any.is_some() || written.columns.iter().any(|(name, _)| column.may_be(name))
        };
        Value::all(target.columns.iter().filter(may).map(|column| &column.value).chain(&target.other))
    }
}
