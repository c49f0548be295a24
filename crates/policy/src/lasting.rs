//! What access for a time would lift: policies about commands that say so with `context.granted`.

use cedar_policy::{EntityTypeName, EntityUid, PrincipalConstraint, ResourceConstraint};
use model::{HoldTerms, Requirement, Wait};
use ports::Who;

use crate::combine::EXPIRES;
use crate::engine::Engine;
use crate::facts::Gives;
use crate::remedy;
use crate::set::{Rule, means};
use crate::words::{Deed, Kind, asker, label, uid};

/// What access for a time needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToLift {
    /// Who must agree, and how long that is waited for.
    pub terms: HoldTerms,
    /// The policies that it would lift.
    pub policies: Vec<String>,
    /// The version of the policies.
    pub version: String,
}

impl Engine {
    /// What must be met so that commands of theirs on that resource need no approval of their own for a time. `None` when
    /// there is nothing that they do not have already.
    pub fn to_lift(&self, who: Who<'_>) -> Option<ToLift> {
        let (policies, now_us) = (self.policies(), self.facts().now_us());
        let groups = self.facts().groups(&who.principal.id, &who.principal.groups);
        let grants = self.facts().grants(&who.principal.id, &who.resource.name, &who.account.name);
        let has = |approve: &Requirement| {
            let lasts = grants.iter().filter(|grant| grant.gives == Gives::Access && grant.lasts(now_us));
            lasts.flat_map(|grant| &grant.met).any(|met| met == approve)
        };
        let lifted: Vec<(&Rule, &Requirement)> = policies
            .inner
            .rules
            .values()
            .filter(|rule| rule.terms.observe.is_none_or(|until_us| until_us <= now_us))
            .filter(|rule| of_commands(rule) && concerns(rule, who, &groups))
            .filter_map(|rule| lasting(rule).map(|approve| (rule, approve)))
            .filter(|(_, approve)| !has(approve))
            .collect();
        let mut requirements: Vec<Requirement> = lifted.iter().map(|(_, approve)| (*approve).clone()).collect();
        requirements.sort();
        requirements.dedup();
        let expires = lifted.iter().filter_map(|(rule, _)| rule.terms.expires).min().unwrap_or(EXPIRES);
        (!requirements.is_empty()).then(|| ToLift {
            terms: HoldTerms { requirements, expires, wait: Wait::Session },
            policies: lifted.iter().map(|(rule, _)| rule.id.clone()).collect(),
            version: policies.version().to_owned(),
        })
    }
}

/// Who must agree to access that lifts that policy for a time, if such access does.
pub(crate) fn lasting(rule: &Rule) -> Option<&Requirement> {
    let approve = rule.terms.approve.as_ref()?;
    remedy::lifts_for_a_time(&rule.tree, &approve.to_string()).then_some(approve)
}

fn of_commands(rule: &Rule) -> bool {
    Deed::all().any(|deed| matches!(deed, Deed::Command(_)) && means(&rule.policy, deed))
}

/// Whether the scope of a policy means that principal and resource.
fn concerns(rule: &Rule, who: Who<'_>, groups: &[String]) -> bool {
    let (asker, target) = (asker(who.principal), uid(Kind::Resource, who.resource.name.as_str()));
    let in_group = |group: &EntityUid| *group == asker || groups.iter().any(|name| *group == uid(Kind::Group, name));
    let labelled = |group: &EntityUid| {
        let labels = who.resource.labels.iter();
        let env = who.resource.labels.get("env").map(|env| uid(Kind::Env, env));
        *group == target
            || env.as_ref() == Some(group)
            || labels.map(|(key, value)| uid(Kind::Label, &label(key, value))).any(|one| one == *group)
    };
    let is = |kind: &EntityTypeName, one: &EntityUid| kind == one.type_name();
    let principal = match rule.policy.principal_constraint() {
        PrincipalConstraint::Any => true,
        PrincipalConstraint::Eq(one) => one == asker,
        PrincipalConstraint::In(group) => in_group(&group),
        PrincipalConstraint::Is(kind) => is(&kind, &asker),
        PrincipalConstraint::IsIn(kind, group) => is(&kind, &asker) && in_group(&group),
    };
    principal
        && match rule.policy.resource_constraint() {
            ResourceConstraint::Any => true,
            ResourceConstraint::Eq(one) => one == target,
            ResourceConstraint::In(group) => labelled(&group),
            ResourceConstraint::Is(kind) => is(&kind, &target),
            ResourceConstraint::IsIn(kind, group) => is(&kind, &target) && labelled(&group),
        }
}
