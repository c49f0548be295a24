//! Gathers the functions of users that a statement may run, and says what they come to.

use std::collections::HashSet;

use model::code::{FIRST_OF_USERS, SERVERS_OWN};
use model::{Catalogue, Function, Name, Verb};

use super::candidates::Reach;
use crate::builtin;
use crate::full::{Called, Found};

/// What is known so far about one statement.
pub(super) struct Judge<'c> {
    catalogue: &'c Catalogue,
    functions: HashSet<u32>,
    /// Types of values in it.
    types: HashSet<u32>,
    /// Something in it is held by no catalogue.
    pub(super) missing: bool,
    /// It calls something of the server's own that runs code, or of which nothing is known.
    pub(super) called: bool,
}

impl<'c> Judge<'c> {
    pub(super) fn new(catalogue: &'c Catalogue) -> Self {
        let (functions, types) = (HashSet::new(), HashSet::new());
        Self { catalogue, functions, types, missing: false, called: false }
    }

    /// Looks up everything that a statement names.
    pub(super) fn statement(&mut self, found: &Found) {
        let mut columns = HashSet::new();
        let writes = found.reading.verbs.contains(&Verb::Write);
        for name in &found.reading.relations {
            // What writing to a table sets off was decided when the table was made.
            self.relation(name, !writes || found.named.scanned.contains(name), &mut columns);
        }
        for name in &found.named.types {
            self.kind(name);
        }
        for call in &found.named.calls {
            self.types.extend(self.kinds_of(&call.name));
        }
        let reach = Reach::new(self.catalogue, &self.types.union(&columns).copied().collect());
        found.named.calls.iter().for_each(|call| self.call(call, &reach));
        found.named.operators.iter().for_each(|operator| self.operator(operator, &reach));
        found.named.fields.iter().for_each(|field| self.field(field, &reach));
        if !writes {
            self.types.extend(columns);
        }
        self.values();
    }

    /// What the functions come to.
    pub(super) fn verb(&self) -> Verb {
        let of = |id: &u32| if *id == SERVERS_OWN { Verb::Call } else { labelled(self.catalogue.function(*id)) };
        self.functions.iter().map(of).max().unwrap_or(Verb::Read)
    }

    fn relation(&mut self, name: &Name, read: bool, columns: &mut HashSet<u32>) {
        let code = self.catalogue.code();
        let mut found = self.catalogue.named(name.schema.as_deref(), &name.name).peekable();
        self.missing |= found.peek().is_none();
        for relation in found {
            if read {
                self.functions.extend(code.relations.get(&relation.id).into_iter().flatten());
            }
            let kinds = relation.columns.iter().map(|column| column.kind);
            columns.extend(kinds.chain(code.rows.get(&relation.id).copied()).filter(|kind| self.is_users(*kind)));
        }
    }

    fn kind(&mut self, name: &Name) {
        let own = in_catalogue(name) && builtin::is_type(&name.name);
        let before = self.types.len();
        self.types.extend(self.kinds_of(name));
        let plain = self.types.len() == before && !own;
        let schema = name.schema.as_deref();
        self.missing |= plain && self.catalogue.kinds(schema, &name.name).next().is_none();
    }

    /// Types of users by that name, which is also that of what makes them.
    fn kinds_of(&self, name: &Name) -> Vec<u32> {
        let kinds = self.catalogue.kinds(name.schema.as_deref(), &name.name);
        kinds.filter(|kind| !kind.built_in).map(|kind| kind.id).collect()
    }

    fn call(&mut self, call: &Called, reach: &Reach<'_>) {
        let (catalogue, name) = (self.catalogue, &call.name);
        let code = catalogue.code();
        let listed = listed(name);
        let candidates: Vec<_> = catalogue.functions(name.schema.as_deref(), &name.name).collect();
        let own = listed.is_some() || candidates.iter().any(|function| function.built_in);
        self.called |= listed.is_some() && builtin::called(&name.name).is_none_or(|verb| verb >= Verb::Call);
        for function in &candidates {
            let takes = code.arguments.get(&function.id).map(Vec::as_slice).unwrap_or_default();
            let made = code.constructors.contains(&function.id);
            if function.built_in && listed.is_none() {
                // What the list does not have is taken for the worst.
                self.functions.insert(SERVERS_OWN);
            } else if !function.built_in && !made && (!own || reach.admits(takes, call.typed)) {
                self.take(function.id, takes);
            }
        }
        let made = !self.kinds_of(name).is_empty() || in_catalogue(name) && builtin::is_type(&name.name);
        if !own && candidates.is_empty() && !made {
            self.missing = true;
            self.functions.insert(SERVERS_OWN);
        }
    }

    fn operator(&mut self, operator: &Called, reach: &Reach<'_>) {
        let name = &operator.name;
        let own = in_catalogue(name) && builtin::is_operator(&name.name);
        let mut found = own;
        for candidate in self.catalogue.operators(name.schema.as_deref(), &name.name) {
            found = true;
            let meant = match candidate.operands {
                // The operand of one that stands before it is the second in the tree.
                [0, right] => reach.admits(&[right], operator.typed >> 1),
                operands => reach.admits(&operands, operator.typed),
            };
            if !own || meant {
                self.take(candidate.function, &candidate.operands);
            }
        }
        if !found {
            self.missing = true;
            self.functions.insert(SERVERS_OWN);
        }
    }

    /// `row.name` calls a function of a row where the row has no column of that name.
    fn field(&mut self, name: &str, reach: &Reach<'_>) {
        let code = self.catalogue.code();
        for function in self.catalogue.functions(None, name).filter(|function| !function.built_in) {
            let takes = code.arguments.get(&function.id).map(Vec::as_slice).unwrap_or_default();
            let has_column = |kind: &u32| {
                let rows = code.rows.iter().filter(|(_, rows)| *rows == kind);
                let relations: Vec<_> = rows.filter_map(|(id, _)| self.catalogue.relation(*id)).collect();
                !relations.is_empty()
                    && relations.iter().all(|relation| relation.columns.iter().any(|column| column.name == name))
            };
            if takes.len() <= 1 && !takes.iter().any(has_column) && reach.admits(takes, 1) {
                self.take(function.id, takes);
            }
        }
    }

    /// What may be called, and the types of its arguments, as values become them.
    fn take(&mut self, function: u32, takes: &[u32]) {
        if function == SERVERS_OWN || function >= FIRST_OF_USERS {
            self.functions.insert(function);
        }
        let types: Vec<u32> = takes.iter().copied().filter(|kind| self.is_users(*kind)).collect();
        self.types.extend(types);
    }

    /// The functions that run when values of these types are made, shown, compared, or become others.
    fn values(&mut self) {
        let code = self.catalogue.code();
        let types = code.reach(self.types.iter().copied());
        for kind in &types {
            self.functions.extend(code.types.get(kind).into_iter().flatten());
        }
        let there = |kind: u32| types.contains(&kind) || !self.is_users(kind);
        let casts = code.casts.iter().filter(|cast| there(cast.from) && there(cast.to));
        let casts: Vec<u32> = casts.map(|cast| cast.function).collect();
        self.functions.extend(casts);
    }

    fn is_users(&self, kind: u32) -> bool {
        self.catalogue.kind(kind).is_some_and(|kind| !kind.built_in)
    }
}

/// Whether a name may stand for something that came with the server.
fn in_catalogue(name: &Name) -> bool {
    name.schema.as_deref().is_none_or(|schema| schema == "pg_catalog")
}

/// What the list of the server's own functions says of a name.
fn listed(name: &Name) -> Option<builtin::Function> {
    match name.schema.as_deref() {
        None => builtin::function(&name.name).or_else(|| of_information_schema(name)),
        Some("pg_catalog") => builtin::function(&name.name),
        Some("information_schema") => of_information_schema(name),
        Some(_) => None,
    }
}

fn of_information_schema(name: &Name) -> Option<builtin::Function> {
    builtin::function(&format!("information_schema.{}", name.name))
}

/// What a function of users does, by what an administrator says of it.
fn labelled(function: Option<&Function>) -> Verb {
    let has = |label: &str| function.is_some_and(|function| function.labels.iter().any(|found| found == label));
    match () {
        () if has("writes") => Verb::Write,
        () if has("reads") => Verb::Read,
        () => Verb::Call,
    }
}
