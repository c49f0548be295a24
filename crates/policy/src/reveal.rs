//! What is shown unmasked: the action `reveal` is asked with every command that may happen. The policies that forbid it say
//! which columns are masked, and nothing needs to permit it. A grant lifts exactly the policy that it names, for as long as
//! it lasts, and only while that policy still asks for the approval that was given and masks nothing else.

use cedar_policy::{ActionConstraint, Effect, Entities, Policy};
use model::{HoldTerms, MaskRule, Requirement, Wait};

use crate::annotations::{Terms, Wrong};
use crate::ask::{Answer, Question, ask};
use crate::combine::{EXPIRES, terms};
use crate::facts::{Gives, Grant};
use crate::set::{Compiled, Part, PolicySet};
use crate::words::{Kind, REVEAL, uid};

/// What is masked, and by what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Masked {
    /// The policies that mask, in order.
    pub(crate) policies: Vec<String>,
    pub(crate) rules: Vec<MaskRule>,
    /// Those that would, but only observe for now.
    pub(crate) observed: Vec<String>,
}

/// Asks what is masked in the results of a command. `lifted` are the policies that grants lift.
///
/// # Errors
/// With the policies that could not be evaluated.
pub(crate) fn masked(
    compiled: &Compiled,
    part: &Part,
    question: &Question<'_>,
    entities: &Entities,
) -> Result<Masked, Vec<String>> {
    // What was agreed to for a command is no leave to see more of its result.
    let question = Question { reveals: true, approvals: &[], ..*question };
    let put = |policies| match ask(policies, part.mentions, &question, entities) {
        Answer::Broken(ids) => Err(ids),
        Answer::Forbidden(ids) => Ok(ids.into_iter().filter(|id| !question.lifted.contains(id)).collect()),
        Answer::Permitted(_) | Answer::Nothing => Ok(Vec::new()),
    };
    let (policies, observed) = (put(&part.enforced)?, put(&part.observed)?);
    Ok(Masked { rules: rules(compiled, &policies), policies, observed })
}

/// The masks of these policies, each with the policy that it stands in.
pub(crate) fn rules(compiled: &Compiled, ids: &[String]) -> Vec<MaskRule> {
    let masks = ids.iter().filter_map(|id| Some((id, &terms(compiled, id)?.mask)));
    let named = |id: &String, rule: &MaskRule| MaskRule { policy: id.clone(), ..rule.clone() };
    masks.flat_map(|(id, mask)| mask.iter().map(move |rule| named(id, rule))).collect()
}

/// The policies that these grants lift, in order.
pub(crate) fn lifted(compiled: &Compiled, grants: &[Grant]) -> Vec<String> {
    let lifts = |grant: &Grant| match &grant.gives {
        Gives::Reveal { policy, masks } => {
            unlifted(compiled, policy, &grant.met, masks).is_none().then(|| policy.clone())
        }
        Gives::Access | Gives::BrokenGlass => None,
    };
    let mut ids: Vec<String> = grants.iter().filter_map(lifts).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// Why that policy masks on though people agreed that it does not: `met` is who agreed, `approved` what they agreed to.
fn unlifted(compiled: &Compiled, id: &str, met: &[Requirement], approved: &[String]) -> Option<&'static str> {
    let Some((terms, needed)) = terms(compiled, id).and_then(|terms| Some((terms, terms.approve.as_ref()?))) else {
        return Some("nobody can agree to lift the policy any more");
    };
    if !met.contains(needed) {
        return Some("the policy asks for other people now");
    }
    let masks_more = terms.mask.iter().any(|rule| !approved.contains(&rule.to_string()));
    masks_more.then_some("the policy masks something else now")
}

impl PolicySet {
    /// Why that policy is not lifted by a grant: `met` is who agreed, `approved` the texts of the masks they agreed to lift.
    /// `None` when it is.
    pub fn unlifted(&self, id: &str, met: &[Requirement], approved: &[String]) -> Option<&'static str> {
        unlifted(&self.inner, id, met, approved)
    }

    /// The masks of a policy that forbids to reveal; `None` when there is no such policy.
    pub fn masks(&self, id: &str) -> Option<Vec<MaskRule>> {
        let rule = self.inner.rules.get(id).filter(|rule| reveals(&rule.policy))?;
        Some(rules(&self.inner, std::slice::from_ref(&rule.id)))
    }

    /// What must be met before that policy masks nothing for somebody; `None` when there is no such policy, or nobody can
    /// agree to that.
    pub fn to_reveal(&self, id: &str) -> Option<HoldTerms> {
        let rule = self.inner.rules.get(id).filter(|rule| reveals(&rule.policy))?;
        let requirements = vec![rule.terms.approve.clone()?];
        Some(HoldTerms { requirements, expires: rule.terms.expires.unwrap_or(EXPIRES), wait: Wait::Session })
    }
}

/// Whether a policy is about the action `reveal`.
pub(crate) fn reveals(policy: &Policy) -> bool {
    matches!(policy.action_constraint(), ActionConstraint::Eq(action) if action.id().unescaped() == REVEAL)
}

/// What is wrong with what a policy says about revealing, or about masks.
pub(crate) fn wrong(policy: &Policy, terms: &Terms) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut tell = |cause: &str, remedy: &str| wrong.push((cause.to_owned(), remedy.to_owned()));
    let alone = "Write a policy of its own for it: forbid (principal, action == Action::\"reveal\", resource ...).";
    match (reveals(policy), policy.effect()) {
        (true, Effect::Permit) => {
            tell("nothing needs to permit reveal: what no policy forbids to reveal is shown", "Leave it out.");
        }
        (true, Effect::Forbid) => {
            if terms.mask.is_empty() {
                tell("it forbids to reveal and does not say what", "Add @mask(\"TABLE.COLUMN ...\").");
            }
            let useless = [
                ("wait", terms.wait.is_some()),
                ("hold_in_transaction", terms.in_transaction.is_some()),
                ("message", terms.message.is_some()),
            ];
            for (name, _) in useless.into_iter().filter(|(_, there)| *there) {
                tell(
                    &format!("@{name} has no meaning on reveal: nothing waits, and nothing is refused"),
                    "Leave it out.",
                );
            }
        }
        (false, effect) => {
            if policy.entity_literals().contains(&uid(Kind::Action, REVEAL)) {
                tell("reveal stands beside other actions, or in a condition", alone);
            }
            if effect == Effect::Forbid && !terms.mask.is_empty() {
                tell("@mask before a forbid says what it forbids to reveal, and this forbids something else", alone);
            }
        }
    }
    if terms.positions.is_some() && terms.mask.is_empty() {
        tell("@positions says what may be asked about masked columns, and there is no @mask", "Add @mask(\"...\").");
    }
    wrong
}
