//! E8: names are exact. Case, unicode, spaces and wildcards make another name, and an empty list is nobody.

use super::deciding::{allowed, given};
use crate::Given;

const PERMIT: &str = r#"
@id("dba") permit (principal in Group::"dba", action, resource in Env::"production");
@id("ada") permit (principal == Person::"local/Ada", action, resource == Resource::"exact");
@id("team") permit (principal, action, resource in Label::"team=b=c");
"#;

#[test]
fn names_of_groups_are_exact() {
    let with = |groups: &[&str]| Given {
        groups: groups.iter().map(ToString::to_string).collect(),
        labels: [("env".to_owned(), "production".to_owned())].into(),
        ..given("read")
    };
    assert!(allowed(PERMIT, &with(&["dba"])));
    assert!(allowed(PERMIT, &with(&["other", "dba"])));
    for other in [
        "",
        "DBA",
        "Dba",
        "dba ",
        " dba",
        "dba\u{200b}",
        "d\u{0431}a",
        "*",
        "db*",
        "dba,other",
        "Group::\"dba\"",
        "dba\0",
    ] {
        assert!(!allowed(PERMIT, &with(&[other])), "{other:?}");
    }
    assert!(!allowed(PERMIT, &with(&[])), "an empty list is nobody");
}

#[test]
fn names_of_labels_are_exact() {
    let with = |key: &str, value: &str| Given {
        groups: vec!["dba".to_owned()],
        labels: [(key.to_owned(), value.to_owned())].into(),
        ..given("read")
    };
    assert!(allowed(PERMIT, &with("env", "production")));
    for (key, value) in
        [("env", "Production"), ("env", "production "), ("env", "*"), ("Env", "production"), ("env", "")]
    {
        assert!(!allowed(PERMIT, &with(key, value)), "{key}={value}");
    }
    assert!(!allowed(PERMIT, &Given { groups: vec!["dba".to_owned()], ..given("read") }), "no labels match nothing");
    // Where key and value meet is part of the name.
    assert!(allowed(PERMIT, &with("team", "b=c")));
    assert!(!allowed(PERMIT, &with("team=b", "c")));
}

#[test]
fn names_of_people_are_exact() {
    let with = |person: &str, kind| Given {
        person: person.to_owned(),
        kind,
        resource: "exact".parse().unwrap(),
        ..given("read")
    };
    use crate::Being::{Agent, Human, Service};
    assert!(allowed(PERMIT, &with("local/Ada", Human)));
    for other in ["local/ada", "local/Ada ", "Local/Ada", "other/Ada", "x/local/Ada", "local/Ad\u{0430}", "local/*"] {
        assert!(!allowed(PERMIT, &with(other, Human)), "{other:?}");
    }
    assert!(!allowed(PERMIT, &with("local/Ada", Service)) && !allowed(PERMIT, &with("local/Ada", Agent)));
}

#[test]
fn access_of_the_configuration_is_a_permit_like_others() {
    use crate::{Access, access, compile};
    use model::{PrincipalId, Recording};
    let id = |subject: &str| PrincipalId { issuer: "local".to_owned(), subject: subject.to_owned() };
    let (ada, odd, prod) = (id("ada"), id("a\"b\\c/d'e"), "prod".parse().unwrap());
    let entry = |person, record| Access { person, resource: &prod, account: "app", record };
    let file = access([entry(&ada, Recording::Whole), entry(&odd, Recording::UpTo(0))]);
    let policies = compile(1, &[file]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(policies.ids().collect::<Vec<_>>(), ["access:a\"b\\c/d'e:prod:app", "access:ada:prod:app"]);
    let allowed = |given: &Given| given.decide(&policies, &|_, _| Vec::new()).unwrap().verdict;
    let ada = Given { person: "ada".to_owned(), ..given("read") };
    let model::Verdict::Allow { policies, obligations } = allowed(&ada) else { panic!("ada may") };
    assert_eq!((policies.as_slice(), obligations.record), (&["access:ada:prod:app".to_owned()][..], Recording::Whole));
    for other in [
        Given { person: "Ada".to_owned(), ..ada.clone() },
        Given { account: "root".to_owned(), ..ada.clone() },
        Given { resource: "test".parse().unwrap(), ..ada },
    ] {
        assert!(matches!(allowed(&other), model::Verdict::Deny { .. }), "{other:?}");
    }
}

#[test]
fn no_two_principals_share_a_name() {
    use model::PrincipalId;
    let name = |issuer: &str, subject: &str| {
        crate::words::principal(&PrincipalId { issuer: issuer.to_owned(), subject: subject.to_owned() })
    };
    assert_eq!(name("local", "ada"), "local/ada");
    assert_ne!(name("https://idp/x", "y"), name("https://idp", "x/y"));
    assert_ne!(name("a", "x/y"), name("a", "x%2Fy"));
}
