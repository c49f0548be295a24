//! A catalogue is put together from the rows of the answers.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::code::Code;
use model::{Column, ColumnId, Function, Relation, RelationKind, Type, Volatility};
use tokio_postgres::{Error, Row};

use super::definition::{self, FIRST_OF_USERS, Made, Revealing};
use super::labels;
use crate::catalogues::Found;

/// What was read so far.
#[derive(Default)]
pub(super) struct Building {
    revealing: Revealing,
    relations: HashMap<u32, Relation>,
    functions: Vec<Function>,
    types: Vec<Type>,
    /// The relation in which long values of another stand, and that one.
    toasts: HashMap<u32, u32>,
    /// What the definition of each view names.
    depends: HashMap<u32, Vec<ColumnId>>,
    /// The columns of views by number; none = the definition could not be read.
    views: HashMap<u32, Option<HashMap<i16, Made>>>,
    /// Relations of which reading runs code.
    running: HashSet<u32>,
    /// Labels of functions.
    labels: BTreeMap<u32, Vec<String>>,
}

impl Building {
    pub(super) fn revealing(&mut self, row: &Row) -> Result<(), Error> {
        self.revealing.insert(row.try_get(0)?);
        Ok(())
    }

    pub(super) fn relation(&mut self, row: &Row) -> Result<(), Error> {
        let (id, toast): (u32, u32) = (row.try_get(0)?, row.try_get(4)?);
        let kind = match row.try_get(3)? {
            "r" => RelationKind::Table,
            "p" => RelationKind::Partitioned,
            "v" => RelationKind::View,
            "m" => RelationKind::Materialized,
            "f" => RelationKind::Foreign,
            _ => RelationKind::Other,
        };
        if toast != 0 {
            self.toasts.insert(toast, id);
        }
        let (schema, name) = (row.try_get(1)?, row.try_get(2)?);
        let (columns, parents, labels) = (Vec::new(), Vec::new(), Vec::new());
        self.relations.insert(id, Relation { id, schema, name, kind, columns, parents, labels, triggered: false });
        Ok(())
    }

    pub(super) fn depends(&mut self, row: &Row) -> Result<(), Error> {
        let column = ColumnId { relation: row.try_get(1)?, column: row.try_get(2)? };
        self.depends.entry(row.try_get(0)?).or_default().push(column);
        Ok(())
    }

    /// Behind all rows of `depends`.
    pub(super) fn view(&mut self, row: &Row) -> Result<(), Error> {
        let (id, text): (u32, Option<&str>) = (row.try_get(0)?, row.try_get(1)?);
        let depends = self.depends.get(&id).map(Vec::as_slice).unwrap_or_default();
        let made = text.and_then(|text| definition::view(text, depends, &self.revealing, id).ok());
        self.views.insert(id, made);
        Ok(())
    }

    /// Behind all relations and views.
    pub(super) fn column(&mut self, row: &Row) -> Result<(), Error> {
        let (id, number): (u32, i16) = (row.try_get(0)?, row.try_get(1)?);
        let (generated, text): (bool, Option<&str>) = (row.try_get(4)?, row.try_get(5)?);
        let Some(relation) = self.relations.get_mut(&id) else { return Ok(()) };
        let made = if matches!(relation.kind, RelationKind::View | RelationKind::Materialized) {
            // A column that its definition does not have is of a form of definition that is not known.
            let views = self.views.get(&id).and_then(Option::as_ref);
            views.and_then(|made| made.get(&number)).cloned().unwrap_or_else(Made::anything)
        } else if generated {
            let made = text.and_then(|text| definition::generated(text, id, &self.revealing).ok());
            made.unwrap_or_else(Made::anything)
        } else {
            // Long values of the relation stand here in pieces.
            let whole = self.toasts.get(&id).map(|&relation| ColumnId { relation, column: 0 });
            Made { from: whole.into_iter().collect(), same: false }
        };
        let (name, kind) = (row.try_get(2)?, row.try_get(3)?);
        relation.columns.push(Column { number, name, kind, labels: Vec::new(), from: made.from, same: made.same });
        Ok(())
    }

    pub(super) fn parent(&mut self, row: &Row) -> Result<(), Error> {
        if let Some(relation) = self.relations.get_mut(&row.try_get(0)?) {
            relation.parents.push(row.try_get(1)?);
        }
        Ok(())
    }

    pub(super) fn triggered(&mut self, row: &Row) -> Result<(), Error> {
        if let Some(relation) = self.relations.get_mut(&row.try_get(0)?) {
            relation.triggered = true;
        }
        Ok(())
    }

    pub(super) fn running(&mut self, row: &Row) -> Result<(), Error> {
        self.running.insert(row.try_get(0)?);
        Ok(())
    }

    pub(super) fn function(&mut self, row: &Row) -> Result<(), Error> {
        let id = row.try_get(0)?;
        let volatility = match row.try_get(4)? {
            "i" => Volatility::Immutable,
            "s" => Volatility::Stable,
            _ => Volatility::Volatile,
        };
        let (schema, name, language) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        let (definer, built_in, labels) = (row.try_get(5)?, id < FIRST_OF_USERS, Vec::new());
        self.functions.push(Function { id, schema, name, language, volatility, definer, built_in, labels });
        Ok(())
    }

    pub(super) fn kind(&mut self, row: &Row) -> Result<(), Error> {
        let id = row.try_get(0)?;
        let (schema, name, made_of) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        let (domain, array, built_in) = (row.try_get(4)?, row.try_get(5)?, id < FIRST_OF_USERS);
        self.types.push(Type { id, schema, name, made_of, domain, array, built_in });
        Ok(())
    }

    /// Behind all columns.
    pub(super) fn label(&mut self, row: &Row) -> Result<(), Error> {
        let (function, id, number): (bool, u32, i16) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let (provider, text): (Option<&str>, &str) = (row.try_get(3)?, row.try_get(4)?);
        let new =
            provider.map_or_else(|| labels::of_comment(text), |provider| labels::of_security_label(provider, text));
        if function {
            self.labels.entry(id).or_default().extend(new);
            return Ok(());
        }
        let Some(relation) = self.relations.get_mut(&id) else { return Ok(()) };
        if number == 0 {
            relation.labels.extend(new);
        } else if let Some(column) = relation.columns.iter_mut().find(|column| column.number == number) {
            column.labels.extend(new);
        }
        Ok(())
    }

    pub(super) fn done(mut self, fingerprint: String, server: u32, code: Code) -> Found {
        for function in &mut self.functions {
            function.labels = self.labels.remove(&function.id).unwrap_or_default();
        }
        let mut relations: Vec<_> = self.relations.into_values().collect();
        for relation in &mut relations {
            relation.columns.sort_by_key(|column| column.number);
        }
        let (functions, types, running) = (self.functions, self.types, self.running);
        Found { fingerprint, server, relations, functions, types, running, code }
    }
}
