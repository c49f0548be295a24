//! The entities of one decision: who asks, the groups they are in, and the resource with its labels.

use std::collections::{HashMap, HashSet};

use cedar_policy::{Entities, Entity, EntityUid, RestrictedExpression};
use model::{Kind as Being, PrincipalId, Resource};

use crate::ask::Question;
use crate::words::{self, COMMAND, Kind, label, principal, uid};

/// Who asks.
pub(crate) fn asker(question: &Question<'_>) -> EntityUid {
    words::asker(question.who.principal)
}

/// What is asked for.
pub(crate) fn action(question: &Question<'_>) -> EntityUid {
    uid(Kind::Action, question.deed().name())
}

/// On what.
pub(crate) fn target(question: &Question<'_>) -> EntityUid {
    uid(Kind::Resource, question.who.resource.name.as_str())
}

/// All entities that the policies of a decision may look at. `None` when Cedar does not take them.
pub(crate) fn entities(question: &Question<'_>) -> Option<Entities> {
    let who = question.who.principal;
    let mut attributes = names(&who.id);
    let mut all = Vec::with_capacity(4);
    if let Some((role, human)) = behind(&who.kind) {
        let person = uid(Kind::Person, &principal(human));
        attributes.insert(role.to_owned(), RestrictedExpression::new_entity_uid(person.clone()));
        all.push(Entity::new(person, names(human), groups(question.human_groups)).ok()?);
    }
    all.push(Entity::new(asker(question), attributes, groups(question.groups)).ok()?);
    all.push(resource(question.who.resource)?);
    let parents = if question.deed().is(COMMAND) { [uid(Kind::Action, COMMAND)].into() } else { HashSet::new() };
    all.push(Entity::new_no_attrs(action(question), parents));
    Entities::from_entities(all, None).ok()
}

/// The human behind a program, with the word of the schema for it.
pub(crate) fn behind(kind: &Being) -> Option<(&'static str, &PrincipalId)> {
    match kind {
        Being::Human => None,
        Being::Service { owner } => Some(("owner", owner)),
        Being::Agent { on_behalf_of } => Some(("on_behalf_of", on_behalf_of)),
    }
}

fn names(id: &PrincipalId) -> HashMap<String, RestrictedExpression> {
    let text = |name: &str, value: &str| (name.to_owned(), RestrictedExpression::new_string(value.to_owned()));
    [text("issuer", &id.issuer), text("subject", &id.subject)].into()
}

fn groups(names: &[String]) -> HashSet<EntityUid> {
    names.iter().map(|name| uid(Kind::Group, name)).collect()
}

fn resource(resource: &Resource) -> Option<Entity> {
    let text = |value: &str| RestrictedExpression::new_string(value.to_owned());
    let attributes = [("name", resource.name.as_str()), ("protocol", &resource.protocol)];
    let attributes: HashMap<_, _> = attributes.map(|(name, value)| (name.to_owned(), text(value))).into();
    let labels = resource.labels.iter().map(|(key, value)| uid(Kind::Label, &label(key, value)));
    let env = resource.labels.get("env").map(|env| uid(Kind::Env, env));
    let parents: HashSet<EntityUid> = labels.chain(env).collect();
    let tags = resource.labels.iter().map(|(key, value)| (key.clone(), text(value)));
    Entity::new_with_tags(uid(Kind::Resource, resource.name.as_str()), attributes, parents, tags).ok()
}
