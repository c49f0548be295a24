//! The questions of an auditor, about what was done through a real psql.

use serde_json::Value;

use super::scene::{Scene, changes_need_a_lead, id};
use crate::harness::client::Client;

const NO_DELETE: &str = r#"@id("no-delete") @message("nothing is deleted here")
forbid (principal, action == Action::"write", resource) when { context.statement.name == "DELETE" };
"#;

/// The answer of the log to a question.
fn answer(scene: &Scene, question: &[&str]) -> Value {
    let mut words = vec!["audit"];
    words.extend(question);
    words.push("--json");
    serde_json::from_str(&scene.gateway.cli_ok(&words)).unwrap()
}

fn texts(answer: &Value) -> Vec<&str> {
    answer["found"].as_array().unwrap().iter().filter_map(|record| record["text"].as_str()).collect()
}

#[test]
fn five_questions_are_answered_from_what_was_done() {
    let scene = Scene::with(&format!("{NO_DELETE}{}", changes_need_a_lead("5m")));
    let psql = |text: &str| Client::psql(&scene.gateway.door()).args(["-c", text]).run();
    psql("SELECT word FROM kept").ok();
    psql("SELECT 'kept' AS word").ok();
    psql("WITH kept AS (SELECT 1 AS one) SELECT one FROM kept").ok();
    psql("DELETE FROM kept WHERE word = 'a'").fails_with("nothing is deleted here");
    let mut screen = scene.screen();
    screen.type_line("INSERT INTO kept VALUES ('b');");
    let grace = scene.person("grace");
    grace.ok(&["requests", "approve", &id(&grace.next_request()), "--yes"]);
    screen.type_line("SELECT 'in ' || 'side';");
    screen.expect("in side", 20);

    let touched = answer(&scene, &["touched", "kept"]);
    let expected = ["SELECT word FROM kept", "DELETE FROM kept WHERE word = 'a'", "INSERT INTO kept VALUES ('b')"];
    assert_eq!(texts(&touched), expected, "neither a word in a text nor a name of its own is the table: {touched:#}");
    assert_eq!(touched["count"], 3);
    assert_eq!(touched["found"][0]["outcome"]["status"], "done");
    assert_eq!(answer(&scene, &["touched", "other.kept"])["count"], 3, "a name without a schema may be that one");
    assert_eq!(
        answer(&scene, &["touched", "kept", "--column", "other"])["count"],
        2,
        "a DELETE, and an INSERT without a list, are about all columns"
    );

    assert_eq!(texts(&answer(&scene, &["refused"])), ["DELETE FROM kept WHERE word = 'a'"]);
    let approved = answer(&scene, &["approved"]);
    assert!(approved["found"].to_string().contains("grace"), "{approved:#}");
    let did = answer(&scene, &["did", "ada"]);
    assert!(texts(&did).contains(&"SELECT 'kept' AS word"), "{did:#}");
    assert!(answer(&scene, &["did", "nobody"])["count"] == 0);

    let reach = scene.person("watcher").json(&["audit", "reach", "prod"]);
    let who: Vec<_> = reach["found"].as_array().unwrap().iter().map(|one| one["who"]["subject"].clone()).collect();
    assert_eq!(who, ["ada", "ada", "boss"], "{reach:#}");
    assert!(!scene.person("grace").refused(&["audit", "reach", "prod"]).is_empty());
    scene.gateway.assert_recorded("evidence.read", "audit");
    scene.gateway.assert_recorded("evidence.read", "resources.reach");
}
