//! What an expression is made of.

use model::{ColumnId, Derived, Flow};

/// What the value of an expression depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// In order, each once.
    pub(super) sources: Vec<ColumnId>,
    pub(super) how: Derived,
}

impl Value {
    /// A constant, a parameter: it depends on no column.
    pub(super) fn constant() -> Self {
        Self { sources: Vec::new(), how: Derived::Same }
    }

    /// Anything.
    pub(super) fn unknown() -> Self {
        Self { sources: Vec::new(), how: Derived::Unknown }
    }

    /// A column, unchanged.
    pub(super) fn column(relation: u32, column: i16) -> Self {
        Self { sources: vec![ColumnId { relation, column }], how: Derived::Same }
    }

    /// It depends on no column for certain.
    pub(super) fn is_constant(&self) -> bool {
        self.sources.is_empty() && self.how != Derived::Unknown
    }

    /// One of the two, or both together.
    pub(super) fn join(&mut self, other: &Self) {
        self.how = self.how.max(other.how);
        for source in &other.sources {
            if let Err(at) = self.sources.binary_search(source) {
                self.sources.insert(at, *source);
            }
        }
    }

    /// The same sources, of which at least this was made.
    pub(super) fn at_least(mut self, how: Derived) -> Self {
        self.how = self.how.max(how);
        self
    }

    /// All of these.
    pub(super) fn all<'a>(values: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut all = Self::constant();
        values.into_iter().for_each(|value| all.join(value));
        all
    }

    /// As the output of a command. Without sources nothing is the same as one.
    pub(super) fn into_flow(self) -> Flow {
        let how = if self.sources.is_empty() { self.how.max(Derived::Computed) } else { self.how };
        Flow { sources: self.sources, how }
    }
}
