//! The book of rows that people were shown: what `@rate` counts in. In memory, and of this gateway alone.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use model::{Class, Meter, PrincipalId, Public, Rate, ResourceName};

use crate::facts::Facts;
use crate::units;

/// In so many parts a window is counted. A row counts until the whole part in which it was shown is out of the window: at
/// most one part too long, and never too short.
const PARTS: u64 = 60;
/// So many accounts are kept before those are looked for in which nothing counts any more.
const MANY: usize = 10_000;

/// Whose rows, where, under which policy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    human: PrincipalId,
    resource: ResourceName,
    policy: String,
}

type Shared = Arc<Mutex<Shown>>;

/// The rows that people were shown.
#[derive(Default)]
pub(crate) struct Book(Mutex<HashMap<Key, Shared>>);

/// What one of them was shown.
#[derive(Debug, Default)]
struct Shown {
    /// When a part begins, and the rows that were shown in it.
    parts: VecDeque<(u64, u64)>,
    rows: u64,
}

/// Counts for one command.
pub(crate) struct Counter {
    /// In the order of policies, so that two counters never wait for each other.
    accounts: Vec<(Rate, Shared)>,
    resource: ResourceName,
    facts: Arc<dyn Facts>,
}

impl Book {
    /// What counts the rows that a human is shown on a resource. `rates` are in the order of their policies.
    pub(crate) fn counter(
        &self,
        human: &PrincipalId,
        resource: &ResourceName,
        rates: &[Rate],
        facts: &Arc<dyn Facts>,
    ) -> Counter {
        let (mut book, now_us) = (self.0.lock().unwrap_or_else(PoisonError::into_inner), facts.now_us());
        if book.len() > MANY {
            book.retain(|_, shown| Arc::strong_count(shown) > 1 || !locked(shown).is_over(now_us));
        }
        let account = |rate: &Rate| {
            let key = Key { human: human.clone(), resource: resource.clone(), policy: rate.policy.clone() };
            (rate.clone(), Arc::clone(book.entry(key).or_default()))
        };
        let accounts = rates.iter().map(account).collect();
        Counter { accounts, resource: resource.clone(), facts: Arc::clone(facts) }
    }
}

fn locked(shown: &Mutex<Shown>) -> std::sync::MutexGuard<'_, Shown> {
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shown {
    /// Forgets what is out of the window, and says when the next row may be shown if none may be now.
    fn full(&mut self, rate: &Rate, now_us: u64) -> Option<u64> {
        let over = |begin: u64| begin.saturating_add(window_us(rate)).saturating_add(part_us(rate));
        while let Some((_, rows)) = self.parts.pop_front_if(|(begin, _)| over(*begin) <= now_us) {
            self.rows = self.rows.saturating_sub(rows);
        }
        (self.rows >= rate.rows).then(|| self.parts.front().map_or(now_us, |(begin, _)| over(*begin)))
    }

    fn add(&mut self, rate: &Rate, now_us: u64) {
        self.rows = self.rows.saturating_add(1);
        match self.parts.back_mut() {
            // A clock that was set back adds to the last part.
            Some((begin, rows)) if now_us < begin.saturating_add(part_us(rate)) => *rows = rows.saturating_add(1),
            _ => self.parts.push_back((now_us, 1)),
        }
    }

    /// Whether nothing counts any more, in the longest window that there is.
    fn is_over(&self, now_us: u64) -> bool {
        self.parts.back().is_none_or(|(begin, _)| begin.saturating_add(31 * 86400 * 1_000_000) <= now_us)
    }
}

fn window_us(rate: &Rate) -> u64 {
    u64::try_from(rate.window.as_micros()).unwrap_or(u64::MAX)
}

fn part_us(rate: &Rate) -> u64 {
    (window_us(rate) / PARTS).max(1)
}

impl Counter {
    /// The policy that lets no row more be shown now, with what the client is told.
    pub(crate) fn used_up(&self) -> Option<(String, Public)> {
        let now_us = self.facts.now_us();
        self.accounts.iter().find_map(|(rate, shown)| {
            let again_us = locked(shown).full(rate, now_us)?;
            Some((rate.policy.clone(), self.told(rate, again_us)))
        })
    }

    fn told(&self, rate: &Rate, again_us: u64) -> Public {
        let (resource, window) = (&self.resource, units::spoken(rate.window));
        let message = format!(
            "policy {} lets you see {} rows of resource {resource} within {window}, and you have seen as many",
            rate.policy, rate.rows
        );
        Public::new(Class::Limit, message).with_hint(format!("There are more from {} on.", units::clock(again_us)))
    }
}

impl Meter for Counter {
    fn take(&self) -> Result<(), Public> {
        let now_us = self.facts.now_us();
        let mut open: Vec<_> = self.accounts.iter().map(|(rate, shown)| (rate, locked(shown))).collect();
        for (rate, shown) in &mut open {
            if let Some(again_us) = shown.full(rate, now_us) {
                return Err(self.told(rate, again_us));
            }
        }
        open.iter_mut().for_each(|(rate, shown)| shown.add(rate, now_us));
        Ok(())
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counter").field("accounts", &self.accounts).finish_non_exhaustive()
    }
}
