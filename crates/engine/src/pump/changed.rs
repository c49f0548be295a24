//! changed: what a session has changed of what its database holds, in a transaction of which the catalogue knows nothing.
//!
//! A command is concerned when it names what was changed and the catalogue holds something by that name; what it does not hold
//! is sensitive in any case. What was changed is not forgotten by ROLLBACK TO: to be concerned for too long hides too much,
//! and never too little.

use std::collections::{BTreeSet, HashSet};

use model::{Action, Catalogue, Changes, Name, Reading, Verb};

/// So many names are kept; with more, anything was changed.
const MOST: usize = 1000;

/// Names that have another meaning than the catalogue says.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// Without their schemas: what stands in which of them may have changed too.
    names: BTreeSet<String>,
    anything: bool,
}

impl Changed {
    /// An allowed command may change them.
    pub(super) fn by(&mut self, action: &Action) {
        match changes(action) {
            Some(Changes::Nothing) => {}
            Some(Changes::Names(names)) => {
                let bare = names.iter().map(|name| name.name.clone());
                self.names.extend(bare);
                self.anything |= self.names.len() > MOST;
            }
            Some(Changes::Anything) | None => self.anything = true,
        }
        if self.anything {
            self.names.clear();
        }
    }

    /// Nothing was changed.
    pub(super) fn is_empty(&self) -> bool {
        !self.anything && self.names.is_empty()
    }

    /// Whether a command may mean something else than the catalogue says.
    pub(super) fn concerns(&self, action: &Action, catalogue: &Catalogue) -> bool {
        if self.is_empty() {
            return false;
        }
        match action.reading.as_deref() {
            Some(reading) if !self.anything => self.touches(reading, catalogue),
            _ => true,
        }
    }

    fn touches(&self, reading: &Reading, catalogue: &Catalogue) -> bool {
        let function = |name: &Name| self.names.contains(&name.name);
        reading.functions.iter().any(function) || reading.relations.iter().any(|name| self.reaches(name, catalogue))
    }

    /// Whether something that the catalogue has by that name was changed, or something that it inherits from.
    fn reaches(&self, name: &Name, catalogue: &Catalogue) -> bool {
        let mut left: Vec<_> = catalogue.named(None, &name.name).collect();
        let mut seen = HashSet::new();
        while let Some(relation) = left.pop() {
            if self.names.contains(&relation.name) {
                return true;
            }
            if seen.insert(relation.id) {
                left.extend(relation.parents.iter().filter_map(|id| catalogue.relation(*id)));
            }
        }
        false
    }
}

/// What a command changes; `None` when that is not known. Code that runs unseen may change anything.
fn changes(action: &Action) -> Option<&Changes> {
    let reading = action.reading.as_deref();
    match action.verb {
        Verb::Call | Verb::Unknown => match reading {
            // Its own text does not run it: it stands behind a relation.
            Some(reading) if reading.verbs.iter().all(|verb| *verb < Verb::Call) => Some(&reading.changes),
            _ => None,
        },
        Verb::Ddl | Verb::Grant => reading.map(|reading| &reading.changes),
        _ => Some(reading.map_or(&Changes::Nothing, |reading| &reading.changes)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use model::{Certainty, Credentials, Facts, Phase, Relation, RelationKind};

    use super::*;

    fn name(name: &str) -> Name {
        Name { schema: Some("anywhere".to_owned()), name: name.to_owned() }
    }

    fn action(verb: Verb, reading: Option<Reading>) -> Action {
        Action {
            verb,
            name: "TEST",
            certainty: Certainty::Full,
            phase: Phase::Run,
            facts: Facts::default(),
            text: Bytes::new(),
            parameters: Vec::new(),
            credentials: Credentials::default(),
            message: None,
            reading: reading.map(Arc::new),
            behind: None,
            readable: Vec::new(),
        }
    }

    fn reads(relations: &[&str], functions: &[&str]) -> Action {
        let all = |names: &[&str]| names.iter().copied().map(name).collect();
        let (relations, functions) = (all(relations), all(functions));
        let verbs = vec![Verb::Read];
        action(Verb::Read, Some(Reading { verbs, relations, functions, ..Reading::default() }))
    }

    fn ddl(changes: Changes) -> Action {
        action(Verb::Ddl, Some(Reading { verbs: vec![Verb::Ddl], changes, ..Reading::default() }))
    }

    fn named(names: &[&str]) -> Changed {
        let mut changed = Changed::default();
        changed.by(&ddl(Changes::Names(names.iter().copied().map(name).collect())));
        changed
    }

    fn relation(id: u32, name: &str, parents: &[u32]) -> Relation {
        Relation {
            id,
            schema: "public".to_owned(),
            name: name.to_owned(),
            kind: RelationKind::Table,
            columns: Vec::new(),
            parents: parents.to_vec(),
            labels: Vec::new(),
            triggered: false,
        }
    }

    fn catalogue() -> Catalogue {
        let relations = vec![relation(1, "t", &[]), relation(2, "child", &[1, 2]), relation(3, "u", &[])];
        Catalogue::new(1, 18, relations, Vec::new(), Vec::new())
    }

    #[test]
    fn who_names_what_was_changed_is_concerned() {
        let changed = named(&["t", "f", "new"]);
        for (action, concerned) in [
            (reads(&["t"], &[]), true),
            (reads(&["u", "child"], &[]), true),
            (reads(&["u"], &["f"]), true),
            (reads(&["u"], &["g"]), false),
            (reads(&["new"], &[]), false),
            (reads(&[], &[]), false),
            (action(Verb::Read, None), true),
        ] {
            assert_eq!(changed.concerns(&action, &catalogue()), concerned, "{action:?}");
        }
        assert!(!Changed::default().concerns(&action(Verb::Read, None), &catalogue()));
    }

    #[test]
    fn what_is_not_known_changes_anything() {
        let ran = |verb, verbs: &[Verb]| action(verb, Some(Reading { verbs: verbs.to_vec(), ..Reading::default() }));
        for (action, anything) in [
            (ddl(Changes::Anything), true),
            (action(Verb::Ddl, None), true),
            (action(Verb::Grant, None), true),
            (action(Verb::Call, None), true),
            (ran(Verb::Call, &[Verb::Read, Verb::Call]), true),
            (ran(Verb::Call, &[Verb::Write]), false),
            (action(Verb::Read, None), false),
            (action(Verb::Session, None), false),
            (ran(Verb::Write, &[Verb::Write]), false),
        ] {
            let mut changed = Changed::default();
            changed.by(&action);
            assert_eq!(changed.concerns(&reads(&["u"], &[]), &catalogue()), anything, "{action:?}");
            assert_eq!(changed.is_empty(), !anything);
        }
    }

    #[test]
    fn more_names_than_there_may_be_are_anything() {
        let names: Vec<_> = (0..=MOST).map(|at| at.to_string()).collect();
        let changed = named(&names.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(changed.concerns(&reads(&["u"], &[]), &catalogue()) && changed.names.is_empty());
    }
}
