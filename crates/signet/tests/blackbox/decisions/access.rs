//! Access for a time, and breaking the glass: asked for, agreed to, ended on time, also in sessions under way.

use super::scene::{Scene, id};
use crate::harness::client::Client;
use crate::harness::terminal::Terminal;

const BY_REQUEST: &str = r#"@id("by-request") @approve("group:dba-leads")
forbid (principal, action == Action::"connect", resource)
unless { context.approvals.contains("group:dba-leads") || context.break_glass };
@id("glass-opens") permit (principal, action, resource) when { context.break_glass };
"#;

#[test]
fn access_is_asked_for_given_and_ends_on_time() {
    let scene = Scene::with(BY_REQUEST);
    let told = Client::psql(&scene.gateway.door()).args(["-c", "SELECT 1"]).run();
    assert!(told.stderr.contains("signet requests create"), "{}", told.stderr);
    let (ada, grace) = (scene.person("ada"), scene.person("grace"));
    let asked = ada.json(&["requests", "create", "prod", "--account", "app", "--for", "1m", "--reason", "a repair"]);
    let id = id(&asked);
    assert!(grace.ok(&["requests", "show", &id]).contains("a repair"));
    assert!(!ada.refused(&["requests", "approve", &id, "--yes"]).is_empty());
    grace.ok(&["requests", "approve", &id, "--yes"]);
    let mut screen = scene.screen();
    screen.type_line("SELECT 'let ' || 'in';");
    screen.expect("let in", 20);
    scene.expect_cut(&mut screen);
    Client::psql(&scene.gateway.door()).args(["-c", "SELECT 1"]).run().fails_with("signet requests create");
    scene.gateway.assert_recorded("admin.act", "request.approve");
}

#[test]
fn access_that_is_taken_back_is_over_at_once() {
    let scene = Scene::with(BY_REQUEST);
    let (ada, grace) = (scene.person("ada"), scene.person("grace"));
    let id = id(&ada.json(&["requests", "create", "prod", "--for", "1h", "--reason", "a repair"]));
    grace.ok(&["requests", "approve", &id, "--yes"]);
    let mut screen = scene.screen();
    let grants = scene.person("root").json(&["grants", "list", "--live"]);
    let grant = grants[0]["id"].as_str().unwrap().to_owned();
    scene.person("root").ok(&["grants", "revoke", &grant, "--reason", "enough"]);
    scene.expect_cut(&mut screen);
    Client::psql(&scene.gateway.door()).args(["-c", "SELECT 1"]).run().fails_with("signet requests create");
}

#[test]
fn a_session_is_killed_at_once() {
    let scene = Scene::with("");
    let mut screen = scene.screen();
    screen.type_line("SELECT pg_sleep(600);");
    let root = scene.person("root");
    let live = root.json(&["sessions", "live"]);
    let session = live[0]["id"].as_str().unwrap().to_owned();
    root.ok(&["sessions", "kill", &session, "--reason", "it is Friday"]);
    screen.expect("it is Friday", 20);
    scene.gateway.assert_recorded("admin.act", "sessions.kill");
}

#[test]
fn the_glass_is_broken_by_three_and_reviewed_by_a_fourth() {
    let scene = Scene::with(BY_REQUEST);
    let person = |name: &str| scene.person(name);
    let asked = person("ada").json(&[
        "break-glass",
        "request",
        "prod",
        "--for",
        "1h",
        "--reason",
        "all is on fire",
        "--reviewer",
        "watcher",
    ]);
    let id = id(&asked);
    assert!(!person("ada").refused(&["break-glass", "agree", &id, "--yes"]).is_empty());
    person("grace").ok(&["break-glass", "agree", &id, "--yes"]);
    person("grace").run(&["break-glass", "agree", &id, "--yes"]);
    Client::psql(&scene.gateway.door()).args(["-c", "SELECT 1"]).run().fails_with("signet requests create");
    person("boss").ok(&["break-glass", "agree", &id, "--yes"]);
    let mut screen: Terminal = scene.screen();
    screen.type_line("SELECT 'glass ' || 'broken';");
    screen.expect("glass broken", 20);
    assert!(!person("grace").refused(&["break-glass", "review", &id, "--findings", "fine"]).is_empty());
    let grants = person("root").json(&["grants", "list", "--live"]);
    let grant = grants[0]["id"].as_str().unwrap().to_owned();
    person("root").ok(&["grants", "revoke", &grant, "--reason", "the fire is out"]);
    scene.expect_cut(&mut screen);
    let reviews = person("watcher").json(&["break-glass", "reviews"]);
    assert!(reviews.to_string().contains("watcher"), "{reviews}");
    person("watcher").ok(&["break-glass", "review", &id, "--findings", "it was right"]);
    scene.gateway.assert_recorded("admin.act", "glass");
}
