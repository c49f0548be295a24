//! `signet policy`.

use std::fs;

use bytes::Bytes;
use model::{Action, Certainty, Credentials, Facts, Phase, Verb};

use super::Place;

/// The toy's own language: a DELETE writes, all else reads.
pub(super) fn read(text: &[u8]) -> Vec<Action> {
    let text = Bytes::copy_from_slice(text);
    let delete = text.starts_with(b"DELETE");
    let (verb, name) = if delete { (Verb::Write, "DELETE") } else { (Verb::Read, "SELECT") };
    vec![Action {
        verb,
        name,
        certainty: Certainty::Full,
        phase: Phase::Run,
        facts: Facts {
            unbounded_write: delete && !text.ends_with(b"WHERE"),
            in_transaction: false,
            ..Facts::default()
        },
        text,
        parameters: Vec::new(),
        credentials: Credentials::default(),
        message: None,
        reading: None,
        behind: None,
        readable: Vec::new(),
    }]
}

const HELD: &str = r#"
@id("leads") @approve("group:leads") @message("two people look")
forbid (principal, action == Action::"write", resource)
unless { context.approvals.contains("group:leads") };
"#;

fn put(place: &Place, folder: &str, text: &str) -> String {
    let folder = place.path().join(folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("some.cedar"), text).unwrap();
    folder.display().to_string()
}

#[test]
fn a_pack_is_written_checked_and_tested() {
    let place = Place::new();
    let folder = place.path().join("policies").display().to_string();
    let done = place.signet(&["policy", "init", &folder, "--pack", "destructive", "--pack", "pci-cardholder"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(done.out.lines().count(), 4);
    assert_eq!(place.signet(&["policy", "test", &folder]).out, "13 tests passed\n");
    let done = place.signet(&["policy", "check", &folder]);
    assert!(done.code == 0 && done.out.ends_with("is good: 13 policies, 2 warnings\n"), "{done:?}");
    assert!(
        done.err.contains("pci-cardholder-keep-identity: it says the same as policy destructive-keep-identity"),
        "{done:?}"
    );
    let again = place.signet(&["policy", "init", &folder, "--pack", "pci-cardholder"]);
    assert!(again.code == 1 && again.err.contains("Files are not overwritten"), "{again:?}");
    let none = place.signet(&["policy", "init", &folder, "--pack", "pic"]);
    assert!(
        none.code == 4 && none.err.contains("destructive, read-only, production-change, pci-cardholder, gdpr, agents"),
        "{none:?}"
    );
}

#[test]
fn a_typo_is_told_with_its_place_and_remedy() {
    let place = Place::new();
    let folder = put(&place, "policies", &HELD.replace("@approve", "@aprove"));
    let done = place.signet(&["policy", "check", &folder]);
    assert_eq!(done.code, 1);
    assert!(
        done.err.contains("some.cedar:2: there is no annotation @aprove\n    help: Did you mean @approve?"),
        "{done:?}"
    );
}

#[test]
fn warnings_fail_when_they_are_to() {
    let place = Place::new();
    let folder = put(&place, "policies", "@id(\"all\") permit (principal, action, resource);");
    let done = place.signet(&["policy", "check", &folder]);
    assert!(
        done.code == 0 && done.err.contains("warning:") && done.err.contains("everything to everybody"),
        "{done:?}"
    );
    assert_eq!(place.signet(&["policy", "check", &folder, "--strict"]).code, 1);
}

#[test]
fn a_try_says_verdict_ids_and_why() {
    let place = Place::new();
    let folder = put(&place, "policies", HELD);
    let ask = |more: &[&str]| {
        let words = ["policy", "try", "--as", "ada", "--on", "prod", "--policies", &folder];
        place.signet(&[&words, more].concat())
    };
    let held = ask(&["DELETE"]);
    assert!(
        held.code == 0 && held.out.starts_with("hold\n  this waits for approval of group:leads: two people look\n"),
        "{held:?}"
    );
    assert!(held.out.contains("some.cedar:2\n@id(\"leads\")") && held.out.contains("expires: 900s"), "{held:?}");
    // Access of the configuration is a permit like others.
    assert!(ask(&["SELECT"]).out.contains("@id(\"access:ada:prod:app\")"));
    assert!(ask(&["DELETE", "--approved", "group:leads"]).out.starts_with("allow\n  recorded: 65536 bytes\n"));
    assert!(ask(&[]).out.starts_with("allow\n"), "a session");
    assert!(ask(&["SELECT", "--account", "other"]).out.contains("no policy decided"));
    let json: serde_json::Value = serde_json::from_str(&ask(&["DELETE", "--json"]).out).unwrap();
    assert_eq!((json["verdict"].as_str(), json["approve"][0].as_str()), (Some("hold"), Some("group:leads")));
    let eve = place.signet(&["policy", "try", "SELECT", "--as", "eve", "--on", "prod", "--policies", &folder]);
    assert!(eve.out.starts_with("deny\n  no policy lets you do read on resource prod as account app\n"), "{eve:?}");
    let nowhere = place.signet(&["policy", "try", "SELECT", "--as", "eve", "--on", "prod"]);
    assert!(nowhere.code == 2 && nowhere.err.contains("signet policy init"), "{nowhere:?}");
}

#[test]
fn a_try_says_what_would_be_masked_and_why() {
    let place = Place::new();
    let masks = "@id(\"cards\") @mask(\"cards.number keep_last(4)\") @positions(\"allow-equality\") @approve(\"group:dpo\")\n\
        forbid (principal, action == Action::\"reveal\", resource) unless { context.approvals.contains(\"group:dpo\") };";
    let folder = put(&place, "policies", masks);
    let ask = |more: &[&str]| {
        let words = ["policy", "try", "SELECT", "--as", "ada", "--on", "prod", "--policies", &folder];
        place.signet(&[&words, more].concat())
    };
    let masked = ask(&[]);
    let told = "  masked: cards.number by keep_last(4) (policy cards); may be asked about: equality\n";
    assert!(masked.out.starts_with("allow\n") && masked.out.contains(told), "{masked:?}");
    assert!(masked.out.contains("some.cedar:1\n@id(\"cards\")"), "{masked:?}");
    let json: serde_json::Value = serde_json::from_str(&ask(&["--json"]).out).unwrap();
    assert_eq!(
        (json["mask"][0]["policy"].as_str(), json["mask"][0]["operator"].as_str()),
        (Some("cards"), Some("keep_last(4)"))
    );
    assert!(!ask(&["--revealed", "cards"]).out.contains("masked"));
    assert_eq!(ask(&["--revealed", "crads"]).code, 4);
}

#[test]
fn a_failing_test_says_how() {
    let place = Place::new();
    let folder = put(&place, "policies", HELD);
    let case = "[[case]]\nname = \"it is let through\"\ngiven = { person = \"ada\", command = \"DELETE\", protocol = \"toy\" }\nexpect = { verdict = \"allow\" }\n";
    fs::write(place.path().join("policies/some.test.toml"), case).unwrap();
    let done = place.signet(&["policy", "test", &folder]);
    assert_eq!(done.code, 1);
    assert!(done.out.contains("it is let through\n    expected allow, got deny by no policy"), "{done:?}");
    fs::write(place.path().join("policies/some.test.toml"), case.replace("person", "persn")).unwrap();
    let done = place.signet(&["policy", "test", &folder]);
    assert!(done.code == 1 && done.err.contains("some.test.toml") && done.err.contains("persn"), "{done:?}");
}

#[test]
fn a_difference_is_told_by_who_and_what() {
    let place = Place::new();
    let (old, new) =
        (put(&place, "old", HELD), put(&place, "new", &HELD.replace("Action::\"write\"", "Action::\"ddl\"")));
    let done = place.signet(&["policy", "diff", &old, &new]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(
        done.out.contains("ada on prod as app: write: hold (leads) for group:leads -> allow (access:ada:prod:app)"),
        "{done:?}"
    );
    assert!(
        done.out.contains("ada on prod as app: ddl: allow (access:ada:prod:app) -> hold (leads) for group:leads"),
        "{done:?}"
    );
    assert!(!done.out.contains(": read:") && !done.out.contains("eve"), "{done:?}");
    assert_eq!(place.signet(&["policy", "diff", &old, &old]).out, "");
}

#[test]
fn the_schema_is_printed_without_a_configuration() {
    let done = super::signet(&["--config", "/nonexistent", "policy", "schema"]);
    assert!(done.code == 0 && done.out.contains("entity Resource in [Env, Label]"), "{done:?}");
}
