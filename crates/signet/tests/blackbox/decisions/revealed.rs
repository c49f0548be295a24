//! What a policy masks is shown to one person for a time, when others agree: asked for, given, taken back, in one live session.

use super::scene::{Scene, changes_need_a_lead, id, kept, sql};
use crate::harness::client::Client;

const MASKED: &str = r#"@id("mask-words") @mask("kept.word") @approve("group:dba-leads")
forbid (principal, action == Action::"reveal", resource) unless { context.approvals.contains("group:dba-leads") };
@id("mask-more") @mask("kept.more null") forbid (principal, action == Action::"reveal", resource);
"#;

#[test]
fn what_is_masked_is_revealed_for_a_time_and_no_longer() {
    let scene = Scene::with(MASKED);
    sql(&scene.server, "ALTER TABLE kept ADD more text; INSERT INTO kept VALUES ('canary', 'never')");
    let (ada, grace, root) = (scene.person("ada"), scene.person("grace"), scene.person("root"));
    let mut screen = scene.screen();
    let mut look = |mark: &str, expected: &str| {
        screen.type_line(&format!("SELECT '<{mark}' || '>' AS mark, word, more FROM kept;"));
        let line = screen.expect(&format!("<{mark}>"), 20) + &screen.expect("ready> ", 20);
        assert!(line.contains(expected), "{mark}: {line}");
        assert!(!line.contains("never"), "{mark}: the other policy masks on: {line}");
    };
    look("before", "[masked]");
    let wish = ["requests", "create", "prod", "--reveal", "mask-words", "--for", "10m", "--reason", "a complaint"];
    let asked = id(&ada.json(&wish));
    assert!(!ada.refused(&["requests", "approve", &asked, "--yes"]).is_empty(), "nobody approves their own wish");
    look("asked", "[masked]");
    let page = grace.ok(&["requests", "show", &asked]);
    assert!(page.contains("a complaint") && page.contains("mask-words") && page.contains("kept.word"), "{page}");
    grace.ok(&["requests", "approve", &asked, "--yes"]);
    look("given", "canary");
    let grants = root.json(&["grants", "list", "--live"]);
    let grant = grants[0]["id"].as_str().unwrap().to_owned();
    root.ok(&["grants", "revoke", &grant, "--reason", "enough"]);
    look("taken", "[masked]");
    let wish = ["requests", "create", "prod", "--reveal", "mask-more", "--for", "10m", "--reason", "curious"];
    assert!(!ada.refused(&wish).is_empty(), "nobody can agree to lift that one");
    scene.gateway.assert_recorded("admin.act", "request.approve");
    let log = scene.gateway.cli_ok(&["audit", "touched", "kept", "--column", "word", "--json"]);
    let log: serde_json::Value = serde_json::from_str(&log).unwrap();
    let masked: Vec<_> = log["found"].as_array().unwrap().iter().map(|one| one["outcome"]["masked"].clone()).collect();
    assert_eq!(masked, [2, 2, 1, 2], "how many values were masked each time is on record: {log:#}");
}

/// A grant that ends while a later statement of the same message waits for approval shows nothing when that is given.
#[test]
fn what_was_revealed_before_a_wait_is_not_shown_after_it() {
    let scene = Scene::with(&format!("{MASKED}{}", changes_need_a_lead("5m")));
    sql(&scene.server, "ALTER TABLE kept ADD more text; INSERT INTO kept VALUES ('canary', 'never')");
    let (ada, grace, root) = (scene.person("ada"), scene.person("grace"), scene.person("root"));
    let wish = ["requests", "create", "prod", "--reveal", "mask-words", "--for", "10m", "--reason", "a complaint"];
    grace.ok(&["requests", "approve", &id(&ada.json(&wish)), "--yes"]);
    let message = "SELECT word FROM kept; INSERT INTO kept (word) VALUES ('new')";
    let waiting = Client::psql(&scene.gateway.door()).args(["-c", message]).start();
    let held = id(&grace.next_request());
    let grants = root.json(&["grants", "list", "--live"]);
    let grant = grants[0]["id"].as_str().unwrap().to_owned();
    root.ok(&["grants", "revoke", &grant, "--reason", "enough"]);
    grace.ok(&["requests", "approve", &held, "--yes"]);
    let done = waiting.finish();
    assert!(!format!("{}{}", done.stdout, done.stderr).contains("canary"), "{}", done.report());
    done.fails_with("Send it alone");
    assert_eq!(kept(&scene.server), "canary");
    scene.gateway.assert_recorded("refusal", "in another way by now");
}
