//! Everything that the names in a text may stand for, and everything that those lead to.

use std::collections::BTreeSet;

use model::Catalogue;
use model::code::{FIRST_OF_USERS, Object};

use super::words;

/// All that a text may name in a database, in order. More than it does name may be in it: any word may be any name.
pub fn objects(text: &str, catalogue: &Catalogue) -> Vec<Object> {
    let mut found = Leading { catalogue, objects: BTreeSet::new(), relations: Vec::new() };
    match words::names(text) {
        Some(names) => names.iter().for_each(|name| found.name(name)),
        None => found.everything(),
    }
    for operator in &catalogue.code().operators {
        if text.contains(&operator.name) {
            found.objects.insert(Object::Operator(operator.id));
            found.function(operator.function);
        }
    }
    found.relations();
    found.objects.into_iter().collect()
}

struct Leading<'c> {
    catalogue: &'c Catalogue,
    objects: BTreeSet<Object>,
    /// Those that are still to be followed.
    relations: Vec<u32>,
}

impl Leading<'_> {
    fn name(&mut self, name: &str) {
        let catalogue = self.catalogue;
        self.relations.extend(catalogue.named(None, name).map(|relation| relation.id));
        let own = catalogue.functions(None, name).filter(|function| !function.built_in);
        own.for_each(|function| self.function(function.id));
        let kinds = catalogue.kinds(None, name).filter(|kind| !kind.built_in);
        kinds.for_each(|kind| self.kind(kind.id));
    }

    /// Where names may be written in ways that are not read here.
    fn everything(&mut self) {
        let code = self.catalogue.code();
        self.relations.extend(code.relation_stamps.keys());
        code.function_stamps.keys().for_each(|id| self.function(*id));
    }

    /// Views lead to what they read, rows to the types of their columns, and all to the functions that they run.
    fn relations(&mut self) {
        let code = self.catalogue.code();
        while let Some(id) = self.relations.pop() {
            let stamp = code.relation_stamps.get(&id).copied().unwrap_or_default();
            if !self.objects.insert(Object::Relation(id, stamp)) {
                continue;
            }
            self.relations.extend(code.reads.get(&id).into_iter().flatten());
            code.relations.get(&id).into_iter().flatten().for_each(|function| self.function(*function));
            let columns = self.catalogue.relation(id).map(|relation| relation.columns.as_slice()).unwrap_or_default();
            code.reach(columns.iter().map(|column| column.kind)).into_iter().for_each(|kind| self.kind(kind));
        }
    }

    fn kind(&mut self, id: u32) {
        if id >= FIRST_OF_USERS && self.objects.insert(Object::Type(id)) {
            let functions = self.catalogue.code().types.get(&id);
            functions.into_iter().flatten().for_each(|function| self.function(*function));
        }
    }

    fn function(&mut self, id: u32) {
        if id >= FIRST_OF_USERS {
            let stamp = self.catalogue.code().function_stamps.get(&id).copied().unwrap_or_default();
            self.objects.insert(Object::Function(id, stamp));
        }
    }
}
