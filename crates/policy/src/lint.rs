//! What is allowed to stand in policies and is hardly meant.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::pst::{ActionConstraint, PrincipalConstraint, ResourceConstraint};

use crate::attributes::Attribute;
use crate::mentions::Mentions;
use crate::problem::Problem;
use crate::remedy;
use crate::reveal::reveals;
use crate::set::{PolicySet, Rule};
use crate::words::{Kind, label};

/// What exists, for finding names that do not. An empty list is not looked at.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// Groups.
    pub groups: BTreeSet<String>,
    /// Resources.
    pub resources: BTreeSet<String>,
    /// Labels of resources.
    pub labels: BTreeSet<(String, String)>,
}

/// A warning.
pub type Lint = Problem;

/// All warnings, by file and line.
pub fn lint(policies: &PolicySet, inventory: &Inventory) -> Vec<Lint> {
    let mut found = policies.inner.warnings.clone();
    let mut bodies: BTreeMap<String, &Rule> = BTreeMap::new();
    for rule in policies.inner.rules.values() {
        let mut warn = |cause: String, remedy: &str| {
            let (file, line, remedy) = (rule.file.clone(), rule.line, Some(remedy.to_owned()));
            found.push(Problem { file, line, cause: format!("policy {}: {cause}", rule.id), remedy });
        };
        if rule.permits() && is_boundless(rule) {
            warn(
                "it permits everything to everybody".to_owned(),
                "Name principals, actions or resources in its scope.",
            );
        }
        if rule.permits() && !remedy::looked_for(&rule.tree).is_empty() {
            let remedy = "Approval is a restriction: permit plainly, and write a forbid with @approve.";
            warn("a permit that looks for an approval never asks for one".to_owned(), remedy);
        }
        if !rule.permits() && !reveals(&rule.policy) && rule.terms.approve.is_none() && rule.terms.message.is_none() {
            let remedy = "Add @message(\"what to do instead\"), or @approve(\"group:...\").";
            warn("it forbids and does not say what to do".to_owned(), remedy);
        }
        if talked_past(rule) {
            let remedy = "Name `context.statement.understood` in its conditions: what is not understood names nothing.";
            warn("it goes by what a command names, and says nothing of what is not understood".to_owned(), remedy);
        }
        for (kind, name) in unknown(rule, inventory) {
            let remedy = "Names are exact: case, spaces and marks count. Correct it, or make what it names.";
            warn(format!("it can never match: there is no {kind} {name:?}"), remedy);
        }
        if let Some(first) = bodies.get(&body(rule)) {
            warn(format!("it says the same as policy {}", first.id), "Leave one of them out.");
        } else {
            bodies.insert(body(rule), rule);
        }
    }
    found.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    found
}

fn is_boundless(rule: &Rule) -> bool {
    let tree = &rule.tree;
    tree.principal == PrincipalConstraint::Any
        && tree.action == ActionConstraint::Any
        && tree.resource == ResourceConstraint::Any
        && tree.clauses().is_empty()
}

/// Whether what is not understood would go past it: that names neither relations nor functions, and does who knows what.
fn talked_past(rule: &Rule) -> bool {
    let mentions = Mentions::of(&rule.tree);
    let names = [Attribute::Verbs, Attribute::Relations, Attribute::Functions];
    names.into_iter().any(|name| mentions.has(name)) && !mentions.has(Attribute::Understood)
}

/// Effect, scope and conditions, without id and annotations.
fn body(rule: &Rule) -> String {
    let tree = &rule.tree;
    let clauses: Vec<String> = tree.clauses().iter().map(ToString::to_string).collect();
    format!("{:?} {:?} {:?} {:?} {clauses:?} {:?}", tree.effect, tree.principal, tree.action, tree.resource, rule.terms)
}

/// Names in a policy that are not in the inventory.
fn unknown(rule: &Rule, inventory: &Inventory) -> Vec<(&'static str, String)> {
    let label = |(key, value): &(String, String)| label(key, value);
    let labels: BTreeSet<String> = inventory.labels.iter().map(label).collect();
    let envs: BTreeSet<String> =
        inventory.labels.iter().filter(|(key, _)| key == "env").map(|(_, value)| value.clone()).collect();
    let known = [
        (Kind::Group, "group", &inventory.groups),
        (Kind::Resource, "resource", &inventory.resources),
        (Kind::Env, "resource with the label env =", &envs),
        (Kind::Label, "resource with the label", &labels),
    ];
    let mut found = Vec::new();
    for uid in rule.policy.entity_literals() {
        let name = uid.id().unescaped().to_owned();
        let listed = known.iter().find(|(kind, _, list)| uid.type_name() == &kind.type_name() && !list.is_empty());
        if let Some((_, word, _)) = listed.filter(|(_, _, list)| !list.contains(&name)) {
            found.push((*word, name));
        }
    }
    found.sort();
    found
}
