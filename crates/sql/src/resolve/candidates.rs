//! Whether a function or an operator of users can be meant where one of the server's has the same name.

use std::collections::HashSet;

use model::Catalogue;

/// The types that values in a statement may have: those of its relations' columns, those that it names, and all that these
/// may become without being asked to. Types of the server's own are always there.
pub(super) struct Reach<'c> {
    catalogue: &'c Catalogue,
    types: HashSet<u32>,
    rows: HashSet<u32>,
}

impl<'c> Reach<'c> {
    pub(super) fn new(catalogue: &'c Catalogue, types: &HashSet<u32>) -> Self {
        let code = catalogue.code();
        let types = code.reach(types.iter().chain(&code.implied).copied());
        Self { catalogue, types, rows: code.rows.values().copied().collect() }
    }

    /// Whether what takes arguments of these types can be meant, where the arguments with a bit in `typed` have a type of
    /// their own. A text without a type becomes whatever is asked for.
    pub(super) fn admits(&self, takes: &[u32], typed: u64) -> bool {
        takes.iter().enumerate().all(|(at, kind)| {
            let has_type = at < 64 && typed >> at & 1 == 1;
            !has_type || self.may_be(*kind)
        })
    }

    /// Whether a value with a type of its own may be one of that type, or become it. A row is made of nothing, and a domain
    /// takes the values of the type below it.
    fn may_be(&self, kind: u32) -> bool {
        let below = self.below(kind);
        let inside = self.catalogue.code().reach([below]);
        self.is_servers(below) || inside.iter().any(|part| self.types.contains(part) || self.rows.contains(part))
    }

    fn below(&self, kind: u32) -> u32 {
        let mut kind = kind;
        // A domain over a domain over one: a circle cannot be made.
        for _ in 0..64 {
            match self.catalogue.kind(kind).filter(|found| found.domain).and_then(|found| found.made_of) {
                Some(below) => kind = below,
                None => break,
            }
        }
        kind
    }

    fn is_servers(&self, kind: u32) -> bool {
        self.catalogue.kind(kind).is_none_or(|found| found.built_in)
    }
}
