//! Who may do what, use case by use case, and what may not meet in one person.

use std::sync::Arc;

use model::{Action, Catalogue, Lineage};
use ports::Who;

use super::*;
use crate::roles::MATRIX;
use crate::{MaskQuestion, Meaning};

/// No text has a command.
struct Nothing;

impl Meaning for Nothing {
    fn read(&self, _: &str, _: &str) -> Vec<Action> {
        Vec::new()
    }

    fn lineage(&self, _: &str, _: &Action, _: &Catalogue) -> Lineage {
        Lineage::unknown()
    }

    fn catalogue(&self, _: Who<'_>) -> Later<Result<Arc<Catalogue>, Public>> {
        Box::pin(std::future::ready(Ok(Arc::default())))
    }
}

/// Rules of other parts of this crate, tested there.
const ELSEWHERE: &[&str] = &["request.", "grant.", "glass.", "sessions."];

/// Does the use case of that rule. Whether it makes sense is another matter.
async fn call(manor: &Manor, by: &Caller, rule: &str) -> Result<(), Error> {
    let estate = &manor.estate;
    let somebody = NewPerson { id: id("new"), name: "New".into(), kind: Kind::Human, same_person_as: None };
    let nobody = id("nobody");
    match rule {
        "people.list" => estate.people(by).await.map(drop),
        "people.add" => estate.add_person(by, somebody).await.map(drop),
        "people.change" => estate.change_person(by, &nobody, PersonChange::default()).await.map(drop),
        "people.remove" => estate.remove_person(by, &nobody).await,
        "roles.give" => estate.give_role(by, &nobody, Role::Auditor).await.map(drop),
        "roles.take" => estate.take_role(by, &nobody, Role::Auditor).await.map(drop),
        "groups.list" => estate.groups(by).await.map(drop),
        "groups.add" => estate.add_member(by, "dba", &nobody).await,
        "groups.remove" => estate.remove_member(by, "dba", &nobody).await,
        "token.list_own" => estate.tokens(by, Some(&by.id)).await.map(drop),
        "token.create_own" => estate.create_token(by, &by.id, HOUR).await.map(drop),
        "token.revoke_own" => {
            let made = estate.create_token(by, &by.id, HOUR).await.unwrap();
            estate.revoke_token(by, &made.id).await.map(drop)
        }
        "token.list" => estate.tokens(by, None).await.map(drop),
        "token.create" => estate.create_token(by, &nobody, HOUR).await.map(drop),
        "token.revoke" => {
            let tokens = manor.tokens();
            let made = tokens.keep(tokens.prepare("uma", HOUR).await.unwrap()).await.unwrap();
            let own = by.id == id("uma");
            match estate.revoke_token(by, &made.id).await.map(drop) {
                // That there is such a token is not told either.
                Err(Error::NotFound) => Err(Error::not_allowed("")),
                Ok(()) if own => Err(Error::not_allowed("")),
                other => other,
            }
        }
        "resources.names" => estate.resources(by).await.map(drop),
        "resources.list" => {
            let seen = estate.resources(by).await.unwrap();
            if seen.iter().all(|view| view.address.is_some()) { Ok(()) } else { Err(Error::not_allowed("")) }
        }
        "resources.add" => estate.add_resource(by, new("r")).await.map(drop),
        "resources.change" => {
            let wish = NewResource { record_whole: true, ..there(manor).await };
            estate.change_resource(by, wish).await.map(drop)
        }
        "resources.label" => {
            let labels = BTreeMap::from([("env".to_owned(), by.id.subject.clone())]);
            let wish = NewResource { labels, ..there(manor).await };
            estate.change_resource(by, wish).await.map(drop)
        }
        "resources.reach" => estate.reach(by, &"filed".parse().unwrap()).await.map(drop),
        "resources.remove" => estate.remove_resource(by, &"none".parse().unwrap()).await,
        "resources.test" => estate.test_resource(by, &"filed".parse().unwrap(), None).await.map(drop),
        "masks.explain" => {
            let question = MaskQuestion {
                person: id("uma"),
                resource: "filed".parse().unwrap(),
                account: None,
                database: None,
                text: String::new(),
            };
            estate.explain_masks(by, question, &Nothing).await.map(drop)
        }
        "secrets.rotate" => estate.rotate_secrets(by).await.map(drop),
        "policy.read" => {
            estate.policy_history(by, None, 10).await?;
            estate.policy(by).await?;
            estate.policy_version(by, 1).await.map(drop)
        }
        "policy.put" => estate.put_policy(by, BTreeMap::new(), None).await.map(drop),
        "policy.reload" => estate.reload_policy(by).await.map(drop),
        "apply" => estate.apply(by, "", false).await.map(drop),
        "apply.plan" => estate.apply(by, "", true).await.map(drop),
        other => panic!("nothing here calls {other}"),
    }
}

/// A resource that can be changed, as a wish that changes nothing.
async fn there(manor: &Manor) -> NewResource {
    let added = manor.estate.add_resource(&manor.caller("ada").await, new("there")).await;
    assert!(matches!(added, Ok(_) | Err(Error::Conflict(_))), "{added:?}");
    keeping("there")
}

#[tokio::test]
async fn the_matrix_is_what_happens() {
    let people = [
        ("ada", Role::Administrator),
        ("pia", Role::PolicyAuthor),
        ("app", Role::Approver),
        ("aud", Role::Auditor),
        ("uma", Role::User),
    ];
    for rule in MATRIX.iter().filter(|rule| !ELSEWHERE.iter().any(|part| rule.name.starts_with(part))) {
        let manor = Manor::new().await;
        for (person, role) in people {
            let by = manor.caller(person).await;
            // Whoever may see resources whole sees them whole.
            let name = match rule.name {
                "resources.names" if manor.estate.may(&by, &crate::roles::RESOURCES_LIST).await.is_ok() => {
                    "resources.list"
                }
                name => name,
            };
            let before = manor.journal.count(name);
            let done = call(&manor, &by, rule.name).await;
            let allowed = rule.roles.contains(&role) || rule.roles.contains(&Role::User);
            let refused = matches!(done, Err(Error::NotAllowed { .. }));
            assert_eq!(refused, !allowed, "{name} by {role}: {done:?}");
            if done.is_ok() {
                assert!(manor.journal.count(name) > before, "{name} by {role} left no record");
            }
        }
    }
}

#[tokio::test]
async fn nothing_changes_while_the_journal_is_down() {
    let manor = Manor::new().await;
    let by = manor.caller("ada").await;
    let author = manor.caller("pia").await;
    manor.add("eve", Kind::Human).await;
    manor.estate.add_resource(&by, new("prod")).await.unwrap();
    let (people, resources) = (manor.store.people().await.unwrap(), manor.store.resources().await.unwrap());
    let (members, tokens) = (manor.store.memberships().await.unwrap(), manor.store.tokens().await.unwrap());
    manor.journal.fail();
    let estate = &manor.estate;
    let (eve, prod) = (id("eve"), "prod".parse().unwrap());
    let change = PersonChange { disabled: Some(true), ..PersonChange::default() };
    let new_person = NewPerson { id: id("x"), name: "x".into(), kind: Kind::Human, same_person_as: None };
    let policies = BTreeMap::from([("a.cedar".to_owned(), String::new())]);
    let done = [
        estate.add_person(&by, new_person).await.map(drop),
        estate.change_person(&by, &eve, change).await.map(drop),
        estate.remove_person(&by, &eve).await,
        estate.give_role(&by, &eve, Role::Auditor).await.map(drop),
        estate.take_role(&by, &eve, Role::Auditor).await.map(drop),
        estate.add_member(&by, "dba", &eve).await,
        estate.create_token(&by, &eve, HOUR).await.map(drop),
        estate.revoke_token(&by, &by.credential.0).await.map(drop),
        estate.add_resource(&by, new("other")).await.map(drop),
        estate.change_resource(&by, keeping("prod")).await.map(drop),
        estate.remove_resource(&by, &prod).await,
        estate.test_resource(&by, &prod, None).await.map(drop),
        estate.rotate_secrets(&by).await.map(drop),
        estate.put_policy(&author, policies, None).await.map(drop),
        estate.apply(&by, "manages = [\"people\"]", false).await.map(drop),
        estate.people(&by).await.map(drop),
        estate.resources(&by).await.map(drop),
    ];
    for (number, done) in done.iter().enumerate() {
        assert!(matches!(done, Err(Error::JournalDown)), "number {number}: {done:?}");
    }
    assert_eq!(manor.store.people().await.unwrap(), people);
    assert_eq!(manor.store.resources().await.unwrap(), resources);
    assert_eq!(manor.store.memberships().await.unwrap(), members);
    assert_eq!(manor.store.tokens().await.unwrap(), tokens);
    assert!(manor.store.roles().await.unwrap().is_empty() && manor.store.newest_policy().await.unwrap().is_none());
}

#[tokio::test]
async fn nobody_gives_themselves_anything_under_whatever_name() {
    let manor = Manor::new().await;
    let (ada, gus) = (manor.caller("ada").await, manor.caller("gus").await);
    manor.add("robot", Kind::Service { owner: id("ada") }).await;
    manor.add("helper", Kind::Agent { on_behalf_of: id("ada") }).await;
    let alias = NewPerson { id: id("ada2"), name: "A".into(), kind: Kind::Human, same_person_as: Some(id("ada")) };
    manor.estate.add_person(&gus, alias).await.unwrap();
    for mine in ["ada", "robot", "helper", "ada2"] {
        let done = manor.estate.give_role(&ada, &id(mine), Role::Auditor).await;
        assert!(matches!(done, Err(Error::NotAllowed { .. })), "{mine}: {done:?}");
        let done = manor.estate.add_member(&ada, "dba", &id(mine)).await;
        assert!(matches!(done, Err(Error::NotAllowed { .. })), "{mine}: {done:?}");
    }
    // Nor by acting as one of them; the other administrator may.
    manor.estate.give_role(&gus, &id("robot"), Role::Administrator).await.unwrap();
    let robot = manor.caller("robot").await;
    assert!(manor.estate.give_role(&robot, &id("ada2"), Role::Auditor).await.is_err());
    manor.estate.add_member(&gus, "dba", &id("ada2")).await.unwrap();
    // Nor by becoming somebody else first.
    for change in [
        PersonChange { same_person_as: Some(None), ..PersonChange::default() },
        PersonChange { disabled: Some(true), ..PersonChange::default() },
    ] {
        let done = manor.change(&ada, "ada2", change).await;
        assert!(matches!(done, Err(Error::NotAllowed { .. })), "{done:?}");
    }
    let away = PersonChange { kind: Some(Kind::Service { owner: id("uma") }), ..PersonChange::default() };
    assert!(matches!(manor.change(&ada, "robot", away.clone()).await, Err(Error::NotAllowed { .. })));
    manor.change(&gus, "robot", away).await.unwrap();
    let done = manor.estate.give_role(&gus, &id("robot"), Role::Approver).await;
    assert!(matches!(done, Err(Error::Invalid(_))), "only humans approve: {done:?}");
}

#[tokio::test]
async fn what_stands_in_the_file_is_shown_and_stays() {
    let manor = Manor::new().await;
    let ada = manor.caller("ada").await;
    let people = manor.estate.people(&ada).await.unwrap();
    let gus = people.iter().find(|person| person.id == id("gus")).unwrap();
    assert_eq!((gus.source, gus.roles.contains(&Role::Administrator)), (identity::Origin::File, true));
    let change = PersonChange { disabled: Some(true), ..PersonChange::default() };
    let filed = "filed".parse().unwrap();
    let done = [
        manor.change(&ada, "gus", change).await,
        manor.estate.remove_person(&ada, &id("gus")).await,
        manor.estate.take_role(&ada, &id("gus"), Role::Administrator).await.map(drop),
        manor.estate.remove_member(&ada, "everybody", &id("gus")).await,
        manor.estate.change_resource(&ada, new("filed")).await.map(drop),
        manor.estate.remove_resource(&ada, &filed).await,
        manor.estate.add_resource(&ada, new("filed")).await.map(drop),
    ];
    for done in done {
        assert!(matches!(&done, Err(Error::Conflict(why)) if why.contains("configuration file")), "{done:?}");
    }
    // What the store adds to them can be taken away again.
    manor.estate.give_role(&ada, &id("gus"), Role::Auditor).await.unwrap();
    manor.estate.add_member(&ada, "dba", &id("gus")).await.unwrap();
    assert!(manor.people.groups_of(&id("gus")).contains(&"dba".to_owned()));
    manor.estate.remove_member(&ada, "dba", &id("gus")).await.unwrap();
    let after = manor.estate.take_role(&ada, &id("gus"), Role::Auditor).await.unwrap();
    assert_eq!(after.groups, ["everybody"]);
}
