//! Which answers change from one set of policies to another, over questions that are asked to both.

use std::collections::BTreeMap;

use model::{ResourceName, Verb, Verdict};

use crate::cases::Word;
use crate::given::{Given, GivenError, Reader};
use crate::set::PolicySet;

/// People and resources, of which every pair is asked with every action.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    /// People, with their groups.
    pub people: BTreeMap<String, Vec<String>>,
    /// Resources.
    pub resources: BTreeMap<ResourceName, Target>,
}

/// A resource of a grid.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// Its protocol.
    pub protocol: String,
    /// Names of its accounts.
    pub accounts: Vec<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

/// An answer that changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The question.
    pub given: Given,
    /// The old answer.
    pub old: Verdict,
    /// The new one.
    pub new: Verdict,
}

impl Grid {
    /// All its questions.
    pub fn questions(&self) -> Vec<Given> {
        let mut all = Vec::new();
        for (person, groups) in &self.people {
            for (resource, Target { protocol, accounts, labels }) in &self.resources {
                for account in accounts {
                    let given = Given {
                        person: person.clone(),
                        groups: groups.clone(),
                        resource: resource.clone(),
                        protocol: protocol.clone(),
                        labels: labels.clone(),
                        account: account.clone(),
                        ..Given::default()
                    };
                    all.push(given.clone());
                    let verbs = Verb::ALL.map(|verb| Given { action: Some(verb.as_str().to_owned()), ..given.clone() });
                    let write = Some(Verb::Write.as_str().to_owned());
                    all.extend(verbs);
                    all.push(Given { action: write, unbounded_write: true, ..given });
                }
            }
        }
        all
    }
}

/// Questions to which the policies answer differently: another verdict, or other terms with it. Other ids or words alone
/// are no change.
///
/// # Errors
/// When a question makes no sense.
pub fn changes(
    old: &PolicySet,
    new: &PolicySet,
    questions: &[Given],
    reader: Reader<'_>,
) -> Result<Vec<Change>, GivenError> {
    let mut found = Vec::new();
    for given in questions {
        let (before, after) = (given.decide(old, reader)?.verdict, given.decide(new, reader)?.verdict);
        if differs(&before, &after) {
            found.push(Change { given: given.clone(), old: before, new: after });
        }
    }
    Ok(found)
}

fn differs(old: &Verdict, new: &Verdict) -> bool {
    match (old, new) {
        (Verdict::Allow { obligations: old, .. }, Verdict::Allow { obligations: new, .. }) => old != new,
        (Verdict::Hold { terms: old, .. }, Verdict::Hold { terms: new, .. }) => old != new,
        _ => Word::of(old) != Word::of(new),
    }
}
