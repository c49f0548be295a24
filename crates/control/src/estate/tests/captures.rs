//! Attempts to get what somebody else has by becoming them, or by making it one's own.

use engine::LiveSessions;

use super::*;

fn refused<T>(done: Result<T, Error>) -> bool {
    matches!(done, Err(Error::NotAllowed { .. } | Error::NotFound))
}

#[tokio::test]
async fn a_service_or_agent_has_only_what_is_its_own() {
    let manor = Manor::new().await;
    let (app, gus) = (manor.caller("app").await, manor.caller("gus").await);
    manor.add("helper", Kind::Agent { on_behalf_of: id("app") }).await;
    manor.add("robot", Kind::Service { owner: id("app") }).await;
    for name in ["helper", "robot"] {
        let made = manor.estate.create_token(&app, &id(name), HOUR).await.unwrap();
        let by = manor.caller_by(made.token.reveal_str().unwrap()).await.unwrap();
        let other = if name == "helper" { "robot" } else { "helper" };
        for of in ["app", other] {
            assert!(refused(manor.estate.create_token(&by, &id(of), HOUR).await), "{name} makes one for {of}");
            assert!(refused(manor.estate.tokens(&by, Some(&id(of))).await), "{name} sees those of {of}");
        }
        assert!(refused(manor.estate.revoke_token(&by, &app.credential.0).await), "{name}");
        manor.estate.create_token(&by, &id(name), HOUR).await.unwrap();
        assert!(!manor.estate.tokens(&by, Some(&id(name))).await.unwrap().is_empty());
        assert!(manor.estate.live_sessions(&by, &LiveSessions::default()).await.unwrap().is_empty());
        let roll = manor.people.roll();
        assert!(
            super::super::is_own(&roll, &id("app"), &id(name)) && !super::super::is_own(&roll, &id(name), &id("app"))
        );
    }
    // As an administrator it makes tokens for others; those carry no role, also that of its human.
    manor.estate.give_role(&gus, &id("robot"), Role::Administrator).await.unwrap();
    let robot = manor.caller("robot").await;
    let made = manor.estate.create_token(&robot, &id("app"), HOUR).await.unwrap();
    let made = manor.caller_by(made.token.reveal_str().unwrap()).await.unwrap();
    assert_eq!(roles(&made), [Role::User].into());
}

#[tokio::test]
async fn nobody_makes_somebody_else_their_own() {
    let manor = Manor::new().await;
    let (ada, gus) = (manor.caller("ada").await, manor.caller("gus").await);
    manor.add("lead", Kind::Human).await;
    manor.add("robot", Kind::Service { owner: id("lead") }).await;
    let alias = NewPerson { id: id("ada2"), name: "A".into(), kind: Kind::Human, same_person_as: Some(id("ada")) };
    // Somebody new has nothing that could be had.
    manor.estate.add_person(&ada, alias).await.unwrap();
    let same = |as_whom: &str| PersonChange { same_person_as: Some(Some(id(as_whom))), ..PersonChange::default() };
    let kind = |kind| PersonChange { kind: Some(kind), ..PersonChange::default() };
    for (whom, change) in [
        ("lead", same("ada")),
        ("robot", kind(Kind::Service { owner: id("ada") })),
        ("robot", kind(Kind::Service { owner: id("ada2") })),
        ("robot", kind(Kind::Agent { on_behalf_of: id("ada") })),
    ] {
        let done = manor.change(&ada, whom, change.clone()).await;
        assert!(matches!(done, Err(Error::NotAllowed { .. })), "{whom} {change:?}: {done:?}");
    }
    manor.change(&gus, "robot", kind(Kind::Service { owner: id("ada") })).await.unwrap();
}

#[tokio::test]
async fn labels_are_for_policy_authors_and_a_secret_serves_for_what_it_was_given() {
    let manor = Manor::new().await;
    let (ada, pia) = (manor.caller("ada").await, manor.caller("pia").await);
    let look = |secret| NewAccount { name: "look".into(), user: "postgres".into(), inspection: true, secret };
    let wish = |secret: fn() -> NewSecret| {
        let mut wish = new("prod");
        wish.accounts.push(look(NewSecret::Keep));
        wish.accounts.iter_mut().for_each(|account| account.secret = secret());
        wish
    };
    manor.estate.add_resource(&ada, wish(|| NewSecret::Value(Secret::new("strong")))).await.unwrap();
    let keeping = || wish(|| NewSecret::Keep);
    let labels = BTreeMap::from([("env".to_owned(), "playground".to_owned())]);
    let relabelled = NewResource { labels: labels.clone(), ..keeping() };
    let more = NewResource { record_whole: true, ..relabelled.clone() };
    let both = [(&ada, relabelled.clone()), (&ada, more.clone()), (&pia, more)];
    for (by, wish) in both {
        assert!(refused(manor.estate.change_resource(by, wish).await), "{}", by.id);
    }
    assert_eq!(manor.estate.change_resource(&pia, relabelled.clone()).await.unwrap().labels, labels);
    // Another user, and people in the place of inspection.
    let mut opened = relabelled.clone();
    opened.accounts[1].inspection = false;
    let mut renamed = relabelled.clone();
    renamed.accounts[0].user = "postgres".to_owned();
    for wish in [opened, renamed] {
        let done = manor.estate.change_resource(&ada, wish).await;
        assert!(matches!(&done, Err(Error::Invalid(why)) if why.contains("given again")), "{done:?}");
    }
    let mut told = wish(|| NewSecret::Value(Secret::new("strong")));
    told.labels = labels;
    told.tls = TlsMode::VerifyFull;
    told.tls_name = Some("db.example.com".to_owned());
    told.tls_ca = Some("-----BEGIN CERTIFICATE-----".to_owned());
    told.default_database = Some("orders".to_owned());
    manor.estate.change_resource(&ada, told).await.unwrap();
    let text = manor.journal.text();
    for part in [
        r#""changed": "labels""#,
        r#""changed": "tls, tls_name, tls_ca, default_database, accounts""#,
        r#""tls_name": "db.example.com""#,
        r#""default_database": "orders""#,
        r#""tls_ca": "ddddb6cb"#,
    ] {
        assert!(text.contains(part), "{part}");
    }
}
