//! Several statements at once under a pack: a refused one leaves nothing of those before it.

use super::under;
use crate::harness::client::Client;
use crate::harness::scene::kept;

const PIPELINE: &str = r#"
import psycopg
with psycopg.connect("", autocommit=True) as connection:
    try:
        with connection.pipeline():
            connection.execute("INSERT INTO kept VALUES (%s)", ["first"])
            connection.execute("UPDATE kept SET word = 'all of them'")
            connection.execute("INSERT INTO kept VALUES (%s)", ["third"])
        print("nothing was refused")
    except psycopg.errors.InsufficientPrivilege as error:
        print("refused:", error.diag.message_primary)
    print("still here:", connection.execute("SELECT 1").fetchone()[0])
"#;

#[test]
fn a_refused_statement_of_a_message_leaves_nothing_of_those_before_it() {
    let scene = under("destructive");
    let batch = "INSERT INTO kept VALUES ('first'); UPDATE kept SET word = 'all of them'";
    Client::psql(&scene.gateway.door()).args(["-c", batch]).run().fails_with("DELETE and UPDATE need a WHERE clause");
    assert_eq!(kept(&scene.server), "");
}

#[test]
fn a_refused_statement_of_a_pipeline_leaves_nothing_of_those_before_it() {
    let scene = under("destructive");
    let done = Client::python_text(PIPELINE, &scene.gateway.door()).run();
    assert!(done.ok().contains("refused: denied by policy destructive-no-write-without-where"), "{}", done.stdout);
    assert!(done.stdout.contains("still here: 1"), "{}", done.stdout);
    assert_eq!(kept(&scene.server), "");
}

#[test]
fn a_transaction_with_settings_of_its_own_is_held_once_for_its_write() {
    let scene = under("production-change");
    let script = "BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; INSERT INTO kept VALUES ('one'); COMMIT;\n";
    let waiting = Client::psql(&scene.gateway.door()).stdin(script).start();
    let grace = scene.person("grace");
    let held = grace.next_request();
    grace.ok(&["requests", "approve", held["id"].as_str().unwrap(), "--yes"]);
    waiting.finish().ok();
    assert_eq!(kept(&scene.server), "one");
}
