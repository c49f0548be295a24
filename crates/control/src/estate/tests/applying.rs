//! Bringing the estate to what a file says.

use super::*;
use crate::{Drift, Plan};

const FILE: &str = r#"
[[person]]
subject = "eve"
name = "Eve"
roles = ["auditor"]

[[person]]
subject = "robot"
owner = "eve"

[[person]]
subject = "eve2"
same_person_as = "local/eve"

[[group]]
name = "dba"
members = ["eve", "local/uma"]

[[resource]]
name = "prod"
protocol = "toy"
address = "db:1"
tls = "disable"
labels = { env = "production" }

[[resource.account]]
name = "app"
user = "app_user"
"#;

fn whats(drifts: &[Drift]) -> Vec<&str> {
    drifts.iter().map(|drift| drift.what.as_str()).collect()
}

#[tokio::test]
async fn a_plan_is_what_applying_does_and_afterwards_there_is_none() {
    let manor = Manor::new().await;
    let ada = manor.caller("ada").await;
    let plan = manor.estate.apply(&ada, FILE, true).await.unwrap();
    let expected = [
        "person local/eve",
        "role auditor of local/eve",
        "person local/eve2",
        "person local/robot",
        "member local/eve of dba",
        "member local/uma of dba",
        "resource prod",
    ];
    assert_eq!(whats(&plan.create), expected);
    assert!(manor.store.people().await.unwrap().is_empty(), "a dry run did something");
    assert_eq!(manor.estate.apply(&ada, FILE, false).await.unwrap(), plan);
    let again = manor.estate.apply(&ada, FILE, false).await.unwrap();
    assert!(again.is_empty() && again.unchanged == 6, "{again:?}");
    assert_eq!(manor.journal.count("people.add"), 3, "each step leaves its own record");
    let robot = manor.people.roll().human(&id("robot"));
    assert_eq!((robot, manor.people.roll().human(&id("eve2"))), (Some(id("eve")), Some(id("eve"))));

    // Labels are for policy authors, also by this way.
    let refused = manor.estate.apply(&ada, &FILE.replace("\"production\"", "\"test\""), false).await;
    assert!(matches!(&refused, Err(Error::NotAllowed { why }) if why.contains("resources.label")), "{refused:?}");
    manor.estate.give_role(&manor.caller("gus").await, &ada.id, Role::PolicyAuthor).await.unwrap();
    let ada = manor.caller("ada").await;

    // A password that was handed in stays; what differs is named; what is not named goes, the referring first.
    manor
        .estate
        .change_resource(&ada, NewResource { labels: [("env".into(), "production".into())].into(), ..new("prod") })
        .await
        .unwrap();
    let other = FILE.replace("\"production\"", "\"test\"").replace("roles = [\"auditor\"]", "disabled = true");
    let (keep, _) = other.split_once("[[person]]\nsubject = \"robot\"").unwrap();
    let (_, rest) = other.split_once("[[group]]").unwrap();
    let other = format!("{keep}[[group]]{}", rest.replace("\"eve\", ", ""));
    let plan = manor.estate.apply(&ada, &other, false).await.unwrap();
    assert_eq!(
        plan.change,
        [
            Drift { what: "person local/eve".into(), fields: vec!["disabled"] },
            Drift { what: "resource prod".into(), fields: vec!["labels"] },
        ]
    );
    let removed = ["role auditor of local/eve", "person local/robot", "person local/eve2", "member local/eve of dba"];
    let mut found = whats(&plan.remove);
    found.sort_unstable();
    let mut removed = removed.to_vec();
    removed.sort_unstable();
    assert_eq!(found, removed);
    let rows = manor.store.resources().await.unwrap();
    assert!(matches!(rows[0].accounts[0].secret, store::SecretRow::Sealed(_)), "{rows:?}");
    // A kind that the file is not about is left alone; one that it manages and names none of goes.
    assert!(manor.estate.apply(&ada, "", false).await.unwrap().is_empty());
    let plan = manor.estate.apply(&ada, "manages = [\"resources\"]", false).await.unwrap();
    assert_eq!(plan, Plan { remove: vec![Drift { what: "resource prod".into(), fields: vec![] }], ..Plan::default() });
}

#[tokio::test]
async fn applying_may_no_more_than_its_steps_may() {
    let manor = Manor::new().await;
    let ada = manor.caller("ada").await;
    let mine = "[[group]]\nname = \"dba\"\nmembers = [\"ada\"]\n";
    let refused = manor.estate.apply(&ada, mine, false).await;
    assert!(
        matches!(&refused, Err(Error::NotAllowed { why }) if why.starts_with("member local/ada of dba")),
        "{refused:?}"
    );
    assert!(manor.people.groups_of(&id("ada")).iter().all(|group| group != "dba"));
    let filed = "[[person]]\nsubject = \"gus\"\n";
    let refused = manor.estate.apply(&ada, filed, true).await;
    assert!(matches!(&refused, Err(Error::Conflict(why)) if why.contains("configuration file")), "{refused:?}");
    // Those of the configuration file are not taken away by not being named.
    let plan = manor.estate.apply(&ada, "manages = [\"people\", \"groups\", \"resources\"]", false).await.unwrap();
    assert!(plan.is_empty(), "{plan:?}");
}

#[tokio::test]
async fn h3_what_is_no_such_file_does_nothing() {
    let manor = Manor::new().await;
    let ada = manor.caller("ada").await;
    let account =
        "[[resource]]\nname = \"r\"\nprotocol = \"toy\"\naddress = \"db:1\"\n[[resource.account]]\nname = \"a\"\n";
    for bad in [
        "[[person]]\nsubject = \"x\"\nadmin = true\n".to_owned(),
        "[[person]]\nsubject = \"x\"\nroles = [\"Administrator\"]\n".to_owned(),
        "[[person]]\nsubject = \"x\"\nroles = [\"*\"]\n".to_owned(),
        "[[person]]\nsubject = \"*\"\n".to_owned(),
        "[[person]]\nsubject = \"x\"\n[[person]]\nsubject = \"x\"\n".to_owned(),
        "[[person]]\nsubject = \"x\"\nowner = \"ada\"\non_behalf_of = \"ada\"\n".to_owned(),
        "[[group]]\nname = \"g\"\n".to_owned(),
        "[[group]]\nname = \"g\"\nmembers = \"*\"\n".to_owned(),
        "manages = [\"everything\"]".to_owned(),
        format!("{account}secret = \"hunter2\"\n"),
        format!("{account}password = \"hunter2\"\n"),
        format!("{account}secret = {{ file = \"a\", env = \"b\" }}\n"),
        format!("x = {}1{}", "[".repeat(100_000), "]".repeat(100_000)),
        " ".repeat(5 << 20),
        "\0".to_owned(),
    ] {
        let refused = manor.estate.apply(&ada, &bad, false).await;
        let head: String = bad.chars().take(80).collect();
        assert!(matches!(refused, Err(Error::Invalid(_))), "{head:?}: {refused:?}");
    }
    assert!(manor.store.people().await.unwrap().is_empty() && manor.store.resources().await.unwrap().is_empty());
}
