//! A compiled set of policies: what is in force, by action and by time.

use std::collections::BTreeMap;
use std::sync::Arc;

use cedar_policy::pst::Template;
use cedar_policy::{ActionConstraint, Effect, Policy};

use crate::annotations::Terms;
use crate::attributes::Attribute;
use crate::mentions::Mentions;
use crate::objects::{Sought, sought};
use crate::problem::Problem;
use crate::words::Deed;

/// One policy.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) policy: Policy,
    /// Its structure.
    pub(crate) tree: Template,
    pub(crate) terms: Terms,
    pub(crate) file: String,
    pub(crate) line: usize,
    /// As it was written.
    pub(crate) text: String,
}

/// Policies that were compiled together, all or nothing.
#[derive(Clone, Debug)]
pub struct PolicySet {
    pub(crate) inner: Arc<Compiled>,
}

#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) number: u64,
    pub(crate) version: Arc<str>,
    pub(crate) rules: BTreeMap<String, Rule>,
    /// Relations and functions that they look for.
    pub(crate) sought: Sought,
    /// What Cedar warns of.
    pub(crate) warnings: Vec<Problem>,
    /// By time, the first from the beginning: what is only observed differs.
    stages: Vec<Stage>,
}

#[derive(Debug)]
struct Stage {
    from_us: u64,
    /// By `Deed::index`.
    parts: Vec<Part>,
}

/// The policies that can mean one action at one time.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) enforced: cedar_policy::PolicySet,
    pub(crate) observed: cedar_policy::PolicySet,
    pub(crate) mentions: Mentions,
    /// Which stage it stands in.
    pub(crate) stage: u32,
}

/// The policies that can mean one question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'a> {
    /// Whether it may happen.
    pub(crate) part: &'a Part,
    /// What of its result is masked, if any policy masks.
    pub(crate) masks: Option<&'a Part>,
}

impl Parts<'_> {
    /// What any of them asks about.
    pub(crate) fn mentions(&self) -> Mentions {
        self.masks.map_or(self.part.mentions, |masks| self.part.mentions.and(masks.mentions))
    }
}

impl Part {
    /// Whether no policy is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.enforced.is_empty() && self.observed.is_empty()
    }
}

/// A policy that is only observed for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// Its id.
    pub id: String,
    /// From when on it is in force: microseconds since 1970 UTC.
    pub until_us: u64,
}

impl PolicySet {
    /// The number and a digest of the texts: `7-3fa9c1`.
    pub fn version(&self) -> &str {
        &self.inner.version
    }

    /// Ids of all policies, in order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.inner.rules.keys().map(String::as_str)
    }

    /// File, line and text of a policy.
    pub fn source(&self, id: &str) -> Option<(&str, usize, &str)> {
        self.inner.rules.get(id).map(|rule| (rule.file.as_str(), rule.line, rule.text.as_str()))
    }

    /// Policies that are only observed at that time, with the end of it.
    pub fn observed(&self, now_us: u64) -> Vec<Observed> {
        let until = self.inner.rules.values().filter_map(|rule| Some((rule, rule.terms.observe?)));
        let still = until.filter(|(_, until_us)| *until_us > now_us);
        still.map(|(rule, until_us)| Observed { id: rule.id.clone(), until_us }).collect()
    }
}

impl Compiled {
    pub(crate) fn new(
        number: u64,
        digest: &str,
        rules: BTreeMap<String, Rule>,
        warnings: Vec<Problem>,
    ) -> Result<Self, String> {
        let mut times: Vec<u64> = rules.values().filter_map(|rule| rule.terms.observe).collect();
        times.push(0);
        times.sort_unstable();
        times.dedup();
        let stages = times.into_iter().zip(0..).map(|(from_us, at)| Stage::new(from_us, at, &rules));
        let stages = stages.collect::<Result<_, _>>()?;
        let sought = rules.values().flat_map(|rule| sought(&rule.tree)).collect();
        Ok(Self { number, version: format!("{number}-{digest}").into(), rules, sought, warnings, stages })
    }

    /// What can mean that action at that time.
    pub(crate) fn part(&self, deed: Deed, now_us: u64) -> Option<&Part> {
        let stage = self.stages.iter().rev().find(|stage| stage.from_us <= now_us)?;
        stage.parts.get(deed.index())
    }

    /// The next time at which sessions may be decided otherwise, whatever else stays as it is.
    pub(crate) fn next_us(&self, now_us: u64) -> Option<u64> {
        let stage = self.stages.iter().map(|stage| stage.from_us).find(|from_us| *from_us > now_us);
        let by_clock = self.part(Deed::Connect, now_us).is_some_and(|part| {
            [Attribute::Time, Attribute::Hour, Attribute::Weekday].into_iter().any(|time| part.mentions.has(time))
        });
        let minute = by_clock.then(|| (now_us / MINUTE_US).saturating_add(1).saturating_mul(MINUTE_US));
        [stage, minute].into_iter().flatten().min()
    }
}

/// How often policies that ask for the time are asked again whether a session may go on.
const MINUTE_US: u64 = 60_000_000;

impl Stage {
    fn new(from_us: u64, stage: u32, rules: &BTreeMap<String, Rule>) -> Result<Self, String> {
        let part = |deed| {
            let mut part = Part { stage, ..Part::default() };
            for rule in rules.values().filter(|rule| means(&rule.policy, deed)) {
                let only_observed = rule.terms.observe.is_some_and(|until_us| until_us > from_us);
                let set = if only_observed { &mut part.observed } else { &mut part.enforced };
                set.add(rule.policy.clone()).map_err(|error| error.to_string())?;
                part.mentions = part.mentions.and(Mentions::of(&rule.tree));
            }
            Ok::<_, String>(part)
        };
        Ok(Self { from_us, parts: Deed::all().map(part).collect::<Result<_, _>>()? })
    }
}

/// Whether the scope of a policy can mean an action. Who means all actions does not mean `reveal`.
pub(crate) fn means(policy: &Policy, deed: Deed) -> bool {
    match policy.action_constraint() {
        ActionConstraint::Any => deed != Deed::Reveal,
        ActionConstraint::Eq(action) => action.id().unescaped() == deed.name(),
        ActionConstraint::In(actions) => actions.iter().any(|action| deed.is(action.id().unescaped())),
    }
}

impl Rule {
    /// Whether it permits.
    pub(crate) fn permits(&self) -> bool {
        self.policy.effect() == Effect::Permit
    }
}
