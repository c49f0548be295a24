//! The decider: one evaluation for sessions and commands, by the policies in force.

use std::sync::{Arc, PoisonError, RwLock};

use model::{Action, Decision, Meter, Obligations, Phase, Public, Rate, Requirement, Verb, Verdict};
use ports::{Decider, Later, Who};

use crate::ask::Question;
use crate::attributes::Attribute;
use crate::bell::Bell;
use crate::cache::{Cache, Key};
use crate::combine::{Outcome, outcome};
use crate::ended::ended;
use crate::entities::behind;
use crate::facts::{Facts, Gives, Grant};
use crate::mentions::Mentions;
use crate::rate::{Book, Counter};
use crate::reveal::lifted;
use crate::set::{Compiled, Part, Parts, PolicySet};
use crate::verdict::verdict;
use crate::words::Deed;

/// Decides by the policies in force, with the facts of the moment. Cheap to clone; all clones are one engine.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    facts: Arc<dyn Facts>,
    force: RwLock<Arc<Force>>,
    bell: Bell,
    /// The rows that people were shown, whatever policies are in force.
    book: Book,
}

/// Policies in force, with what was decided by them. A decision holds on to one, whatever comes meanwhile.
struct Force {
    policies: PolicySet,
    cache: Cache,
}

/// Policies that are not newer than those in force.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("version {offered} of the policies is not newer than {in_force}, which is in force")]
pub struct Stale {
    /// What was offered.
    pub offered: String,
    /// What is in force.
    pub in_force: String,
}

impl Engine {
    /// Decides by these from now on.
    pub fn new(policies: PolicySet, facts: Arc<dyn Facts>) -> Self {
        let force = RwLock::new(Arc::new(Force { policies, cache: Cache::default() }));
        Self { inner: Arc::new(Inner { facts, force, bell: Bell::default(), book: Book::default() }) }
    }

    /// Puts newer policies in force at once; live sessions are asked about again. The very ones in force are taken as they are.
    ///
    /// # Errors
    /// When the number of their version is not higher: versions never go back.
    pub fn replace(&self, policies: PolicySet) -> Result<Arc<str>, Stale> {
        let version = Arc::clone(&policies.inner.version);
        {
            let mut force = self.inner.force.write().unwrap_or_else(PoisonError::into_inner);
            let current = &force.policies.inner;
            if current.version == version {
                return Ok(version);
            }
            if policies.inner.number <= current.number {
                return Err(Stale { offered: version.to_string(), in_force: current.version.to_string() });
            }
            *force = Arc::new(Force { policies, cache: Cache::default() });
        }
        self.inner.bell.ring();
        Ok(version)
    }

    /// The policies in force.
    pub fn policies(&self) -> PolicySet {
        self.force().policies.clone()
    }

    fn force(&self) -> Arc<Force> {
        Arc::clone(&self.inner.force.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn facts(&self) -> &dyn Facts {
        &*self.inner.facts
    }

    pub(crate) fn bell(&self) -> &Bell {
        &self.inner.bell
    }

    fn answer(&self, who: Who<'_>, action: Option<&Action>, met: &[Requirement], cached: bool) -> Decision {
        let force = self.force();
        let compiled: &Compiled = &force.policies.inner;
        let now_us = self.inner.facts.now_us();
        let deed = action.map_or(Deed::Connect, |action| Deed::Command(action.verb));
        let empty = Part::default();
        let part = compiled.part(deed, now_us).unwrap_or(&empty);
        let masks = action.and_then(|_| compiled.part(Deed::Reveal, now_us)).filter(|masks| !masks.is_empty());
        let parts = Parts { part, masks };
        let grants = self.grants(who, parts.mentions(), now_us);
        let granted = granted(&grants);
        let approvals = if action.is_some() { texts(met.iter()) } else { granted.clone() };
        let groups = self.inner.facts.groups(&who.principal.id, &who.principal.groups);
        let human_groups = behind(&who.principal.kind).map(|(_, human)| self.inner.facts.groups(human, &[]));
        let question = Question {
            who,
            action,
            groups: &groups,
            human_groups: human_groups.as_deref().unwrap_or_default(),
            approvals: &approvals,
            granted: &granted,
            now_us,
            purpose: purpose(&grants),
            break_glass: grants.iter().any(|grant| grant.gives == Gives::BrokenGlass),
            reveals: false,
            lifted: &lifted(compiled, &grants),
            sought: &compiled.sought,
        };
        let decide = || outcome(compiled, parts, &question);
        let outcome: Arc<Outcome> =
            if cached { force.cache.answer(Key::of(parts, &question), decide) } else { Arc::new(decide()) };
        let Outcome { ruling, observed } = &*outcome;
        let verdict = self.within_rates(verdict(ruling, &question), &question);
        let observed = if matches!(verdict, Verdict::Deny { .. }) { Vec::new() } else { observed.clone() };
        Decision { verdict, version: Arc::clone(&compiled.version), observed }
    }

    /// The verdict, but for a command that wants rows when there are none left for its person. What is no question for data is
    /// let through, so that nobody is caught in a transaction; should it show a row, that is counted like any other.
    fn within_rates(&self, verdict: Verdict, question: &Question<'_>) -> Verdict {
        let Verdict::Allow { obligations, .. } = &verdict else { return verdict };
        let asks = |action: &&Action| {
            action.phase == Phase::Run && matches!(action.verb, Verb::Read | Verb::CopyOut | Verb::Call | Verb::Unknown)
        };
        if obligations.rates.is_empty() || question.action.as_ref().is_none_or(|action| !asks(action)) {
            return verdict;
        }
        match self.counter(question.who, &obligations.rates).used_up() {
            Some((policy, reason)) => Verdict::Deny { policies: vec![policy], reason },
            None => verdict,
        }
    }

    /// Services and agents use what their human has.
    fn counter(&self, who: Who<'_>, rates: &[Rate]) -> Counter {
        let human = behind(&who.principal.kind).map_or(&who.principal.id, |(_, human)| human);
        self.inner.book.counter(human, &who.resource.name, rates, &self.inner.facts)
    }

    /// Grants that last, where policies ask about what they give.
    fn grants(&self, who: Who<'_>, mentions: Mentions, now_us: u64) -> Vec<Grant> {
        let asked = [Attribute::Approvals, Attribute::Granted, Attribute::Purpose, Attribute::BreakGlass];
        if !asked.into_iter().any(|attribute| mentions.has(attribute)) {
            return Vec::new();
        }
        let mut grants = self.inner.facts.grants(&who.principal.id, &who.resource.name, &who.account.name);
        grants.retain(|grant| grant.lasts(now_us));
        grants
    }

    /// Whether a session like this may not be any more, with what its client is told.
    pub(crate) fn over(&self, who: Who<'_>) -> Option<Public> {
        match self.admit(who).verdict {
            Verdict::Allow { .. } => None,
            Verdict::Deny { reason, .. } => Some(reason),
            Verdict::Hold { notice, .. } => {
                let (resource, account) = (&who.resource.name, &who.account.name);
                let message = format!("your access to resource {resource} as account {account} is over");
                Some(Public { message: message.into(), ..notice })
            }
        }
    }

    /// The next time at which `over` may answer otherwise though nothing has changed.
    pub(crate) fn next_us(&self, who: Who<'_>) -> Option<u64> {
        let now_us = self.inner.facts.now_us();
        let grants = self.inner.facts.grants(&who.principal.id, &who.resource.name, &who.account.name);
        let ends = grants.iter().flat_map(|grant| [grant.from_us, grant.until_us]).filter(|time| *time > now_us);
        ends.chain(self.force().policies.inner.next_us(now_us)).min()
    }

    /// As `Decider` decides, but without looking at earlier decisions.
    #[cfg(test)]
    pub(crate) fn uncached(&self, who: Who<'_>, action: Option<&Action>, met: &[Requirement]) -> Decision {
        self.answer(who, action, met, false)
    }

    /// How many decisions are remembered.
    #[cfg(test)]
    pub(crate) fn remembered(&self) -> usize {
        self.force().cache.len()
    }
}

/// What humans agreed to for access that lasts. For beginning a session it is what was approved; commands are told of it apart.
fn granted(grants: &[Grant]) -> Vec<String> {
    texts(grants.iter().filter(|grant| grant.gives == Gives::Access).flat_map(|grant| &grant.met))
}

fn texts<'a>(met: impl Iterator<Item = &'a Requirement>) -> Vec<String> {
    let mut texts: Vec<String> = met.map(ToString::to_string).collect();
    texts.sort();
    texts.dedup();
    texts
}

/// What access was asked for; of several grants, that which lasts longest.
fn purpose(grants: &[Grant]) -> Option<&str> {
    let of_access =
        grants.iter().filter(|grant| !matches!(grant.gives, Gives::Reveal { .. }) && grant.purpose.is_some());
    let longest = of_access.max_by_key(|grant| (grant.until_us, &grant.purpose));
    longest.and_then(|grant| grant.purpose.as_deref())
}

impl Decider for Engine {
    fn admit(&self, who: Who<'_>) -> Decision {
        self.answer(who, None, &[], true)
    }

    fn decide(&self, who: Who<'_>, action: &Action, met: &[Requirement]) -> Decision {
        self.answer(who, Some(action), met, true)
    }

    fn meter(&self, who: Who<'_>, obligations: &Obligations) -> Arc<dyn Meter> {
        Arc::new(self.counter(who, &obligations.rates))
    }

    fn ended(&self, who: Who<'_>) -> Later<Public> {
        ended(self.clone(), who)
    }
}
