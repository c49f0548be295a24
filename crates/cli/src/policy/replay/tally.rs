//! What came of a replay, by what changes and what it is about.

use std::collections::BTreeMap;

use ::policy::Word;
use model::{Decision, Verdict};

use super::question::{Session, Then};
use crate::reading::Seen;

/// So many groups are kept; what comes after is counted, without saying what.
const MOST: usize = 5000;
/// Examples of each group.
const EXAMPLES: usize = 3;

/// What came of it.
#[derive(Default)]
pub(super) struct Tally {
    /// By the words of then and now.
    pub(super) verdicts: BTreeMap<(&'static str, &'static str), u64>,
    /// Of what would be allowed, what would be masked.
    pub(super) masked: u64,
    pub(super) changes: BTreeMap<Group, Changed>,
    /// Changes beyond those that are kept.
    pub(super) beyond: u64,
    /// What could not be asked, by why.
    pub(super) left_out: BTreeMap<&'static str, u64>,
}

/// Changes that belong together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    pub(super) then: &'static str,
    pub(super) now: &'static str,
    /// The policies that decide now; those of then where none does.
    pub(super) policies: Vec<String>,
    pub(super) name: String,
    pub(super) fingerprint: Option<String>,
}

/// How many, and the first of them.
#[derive(Default)]
pub(super) struct Changed {
    pub(super) count: u64,
    pub(super) examples: Vec<Example>,
}

/// One change.
pub(super) struct Example {
    pub(super) sequence: u64,
    pub(super) time_us: u64,
    pub(super) person: String,
    pub(super) resource: String,
    pub(super) text: String,
}

/// What a decision is about.
pub(super) struct About<'a> {
    pub(super) session: &'a Session,
    pub(super) name: String,
    pub(super) fingerprint: Option<String>,
    pub(super) text: String,
}

impl Tally {
    pub(super) fn add(&mut self, seen: &Seen, then: &Then, decision: &Decision, about: About<'_>) {
        let (old, now) = (then.word.as_str(), Word::of(&decision.verdict).as_str());
        *self.verdicts.entry((old, now)).or_default() += 1;
        let (Verdict::Allow { policies, .. } | Verdict::Deny { policies, .. } | Verdict::Hold { policies, .. }) =
            &decision.verdict;
        if let Verdict::Allow { obligations, .. } = &decision.verdict {
            self.masked += u64::from(!obligations.mask.is_empty());
        }
        if old == now {
            return;
        }
        let policies = if policies.is_empty() { &then.policies } else { policies };
        let About { session, name, fingerprint, text } = about;
        let group = Group { then: old, now, policies: policies.clone(), name, fingerprint };
        if !self.changes.contains_key(&group) && self.changes.len() >= MOST {
            self.beyond += 1;
            return;
        }
        let changed = self.changes.entry(group).or_default();
        changed.count += 1;
        if changed.examples.len() < EXAMPLES {
            let (person, resource) = (session.person.clone(), session.resource.clone());
            changed.examples.push(Example { sequence: seen.sequence, time_us: seen.time_us(), person, resource, text });
        }
    }

    pub(super) fn left_out(&mut self, why: &'static str) {
        *self.left_out.entry(why).or_default() += 1;
    }

    pub(super) fn replayed(&self) -> u64 {
        self.verdicts.values().sum()
    }

    pub(super) fn changed(&self) -> u64 {
        self.verdicts.iter().filter(|((then, now), _)| then != now).map(|(_, count)| count).sum()
    }

    /// How many would be decided so.
    pub(super) fn now(&self, word: &str) -> u64 {
        self.verdicts.iter().filter(|((_, now), _)| *now == word).map(|(_, count)| count).sum()
    }

    /// The changes, the most frequent first.
    pub(super) fn by_count(&self) -> Vec<(&Group, &Changed)> {
        let mut all: Vec<_> = self.changes.iter().collect();
        all.sort_by_key(|(_, changed)| std::cmp::Reverse(changed.count));
        all
    }
}
