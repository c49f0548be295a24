//! F7, F8, F9: what is risky does not happen because somebody waits, crashes, or the approvals cannot be kept.

use std::time::Duration;

use crate::harness::pipeline::{assert_error, completed, run, sync, tags};
use crate::harness::scene::{Scene, changes_need_a_lead, id, kept, ran};
use crate::harness::wire::{Wire, query};
use crate::harness::{direct, until};

fn scene() -> Option<Scene> {
    (!direct()).then(|| Scene::with(&changes_need_a_lead("15m")))
}

/// F7: the gateway is killed while a command waits with a transaction open. The approver has seen that locks are held, the
/// target rolls back, and the approval that comes afterwards is for nothing.
#[test]
fn f7_a_crash_ends_the_wait_as_a_refusal() {
    let Some(mut scene) = scene() else { return };
    let mut wire = Wire::sign_in(&scene.gateway.door());
    assert_eq!(completed(&wire.query("BEGIN; SELECT pg_advisory_xact_lock(7)")).len(), 2);
    wire.send(&query("INSERT INTO kept VALUES ('over the crash')"));
    let grace = scene.person("grace");
    let request = id(&grace.next_request());
    assert!(grace.ok(&["requests", "show", &request]).contains("LOCKS ARE HELD"));
    scene.gateway.kill_hard();
    wire.assert_closes();
    until("the locks to go", Duration::from_secs(20), || {
        let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'";
        (crate::harness::scene::sql(&scene.server, held) == "0").then_some(())
    });
    scene.gateway.launch();
    let grace = scene.person("grace");
    assert_eq!(grace.state(&request), "void");
    assert!(!grace.refused(&["requests", "approve", &request, "--yes"]).is_empty());
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "over the crash")), ("", 0));
    scene.gateway.assert_recorded("hold", &request);
    scene.gateway.assert_recorded("admin.act", &format!("/v1/requests/{request}/approve"));
}

/// F7: what waits holds its locks for as long as the policy lets it, and for no longer.
#[test]
fn f7_no_wait_with_locks_is_without_end() {
    if direct() {
        return;
    }
    let rule = changes_need_a_lead("15m").replacen("@expires", "@hold_in_transaction(\"1s\") @expires", 1);
    let scene = Scene::with(&rule);
    let mut wire = Wire::sign_in(&scene.gateway.door());
    wire.query("BEGIN; SELECT pg_advisory_xact_lock(7)");
    wire.send(&query("INSERT INTO kept VALUES ('too long')"));
    assert!(tags(&wire.messages()).ends_with("EZ"));
    assert_eq!(completed(&wire.query("COMMIT")), ["ROLLBACK"]);
    let request = id(&scene.person("grace").json(&["requests"])[0]);
    assert!(!scene.person("grace").refused(&["requests", "approve", &request, "--yes"]).is_empty());
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "too long")), ("", 0));
    scene.gateway.assert_recorded("hold.end", "expired");
    scene.gateway.assert_recorded("refusal", "too long");
}

/// F7: who cancels does not go on with what was held, however fast the approval comes behind it.
#[test]
fn f7_what_was_cancelled_does_not_go_on() {
    let Some(scene) = scene() else { return };
    let grace = scene.person("grace");
    let mut wire = Wire::sign_in(&scene.gateway.door());
    wire.send(&query("INSERT INTO kept VALUES ('cancelled')"));
    let request = id(&grace.next_request());
    let (pid, secret) = wire.key.clone().unwrap();
    let mut cancel = Wire::connect(scene.gateway.port);
    let body = [pid.to_be_bytes().to_vec(), secret].concat();
    cancel.send(&crate::harness::wire::opening(crate::harness::wire::CANCEL_REQUEST, &body));
    assert_error(&wire.messages(), "57014", b'I');
    grace.wait_for_state(&request, "withdrawn");
    assert!(!grace.refused(&["requests", "approve", &request, "--yes"]).is_empty());
    assert_eq!(crate::harness::pipeline::rows(&wire.query("SELECT 'goes on'")).len(), 1);
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "cancelled")), ("", 0));
    scene.gateway.assert_recorded("hold.end", "withdrawn");
}

/// F8: nothing can be kept in the store, so nobody can be asked. What needs approval is refused natively; what does not,
/// goes on; and what waited does not run.
#[test]
fn f8_without_a_store_what_is_risky_is_refused() {
    let Some(scene) = scene() else { return };
    let mut waiting = Wire::sign_in(&scene.gateway.door());
    waiting.send(&query("INSERT INTO kept VALUES ('waited')"));
    let request = id(&scene.person("grace").next_request());
    let mut wire = Wire::sign_in(&scene.gateway.door());
    let grace = crate::harness::api::Api::of(&scene.gateway, "grace");
    break_store(&scene);
    let messages = wire.query("INSERT INTO kept VALUES ('risky')");
    let state = messages.last().unwrap();
    assert!(tags(&messages) == "EZ" && state.body == b"I", "{messages:?}");
    wire.send(&[run("INSERT INTO kept VALUES ('risky too')"), sync()].concat());
    assert!(tags(&wire.messages()).ends_with("EZ"));
    assert_eq!(completed(&wire.query("SELECT 'not risky'")), ["SELECT 1"]);
    let answer = grace.post(&format!("/v1/requests/{request}/approve"), &serde_json::json!({}));
    assert!(answer.status >= 400, "{answer:?}");
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "INSERT")), ("", 0));
    scene.gateway.assert_recorded("refusal", "risky too");
    drop(waiting);
}

/// No request is kept or changed from now on, as on a full disk, while the rest of the store can be read.
fn break_store(scene: &Scene) {
    let store = scene.gateway.data().join("store.sqlite");
    let text = format!(
        "import sqlite3; db = sqlite3.connect('{}')\n\
         db.execute(\"CREATE TRIGGER full_1 BEFORE INSERT ON request BEGIN SELECT RAISE(ABORT, 'disk is full'); END\")\n\
         db.execute(\"CREATE TRIGGER full_2 BEFORE UPDATE ON request BEGIN SELECT RAISE(ABORT, 'disk is full'); END\")\n\
         db.execute(\"CREATE TRIGGER full_3 BEFORE INSERT ON approval BEGIN SELECT RAISE(ABORT, 'disk is full'); END\")\n\
         db.commit()\n",
        store.display()
    );
    let made = std::process::Command::new("python3").args(["-c", &text]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// F9: what stands before and behind the held one in the same pipeline keeps its place: the one before runs, the one behind
/// waits, and after a no it does not run.
#[test]
fn f9_the_order_of_a_pipeline_is_kept() {
    let Some(scene) = scene() else { return };
    let grace = scene.person("grace");
    for (answer, behind) in [("reject", 0), ("approve", 1)] {
        let mut wire = Wire::sign_in(&scene.gateway.door());
        let select = |what: &str| run(&format!("SELECT '{what} {answer}'"));
        let insert = run(&format!("INSERT INTO kept VALUES ('{answer}')"));
        wire.send(&[select("before"), insert, select("behind"), sync()].concat());
        let request = id(&grace.next_request());
        until("the one before to run", Duration::from_secs(20), || {
            (ran(&scene.server, &format!("before {answer}")) == 1).then_some(())
        });
        assert_eq!(ran(&scene.server, &format!("behind {answer}")), 0, "it overtook what waits");
        let more: &[&str] = if answer == "reject" { &["--reason", "no"] } else { &["--yes"] };
        grace.ok(&[&["requests", answer, &request], more].concat());
        let messages = wire.messages();
        assert_eq!(messages.iter().any(|message| message.tag == b'E'), answer == "reject", "{messages:?}");
        assert_eq!(ran(&scene.server, &format!("behind {answer}")), behind);
    }
    assert_eq!(kept(&scene.server), "approve");
    scene.gateway.assert_recorded("hold.end", "rejected");
    scene.gateway.assert_recorded("hold.end", "approved");
}

/// A18, F9: what comes behind in messages of their own, over several Syncs, and a simple query, waits too.
#[test]
fn a18_what_flows_in_behind_what_waits_waits() {
    let Some(scene) = scene() else { return };
    let grace = scene.person("grace");
    let mut wire = Wire::sign_in(&scene.gateway.door());
    wire.send(&[run("INSERT INTO kept VALUES ('held')"), sync()].concat());
    let request = id(&grace.next_request());
    for number in 0..50 {
        wire.send(&[run(&format!("SELECT 'mark {number}'")), sync()].concat());
    }
    wire.send(&query("SELECT 'mark last'"));
    assert_eq!(scene.person("ada").state(&request), "pending");
    assert_eq!(ran(&scene.server, "mark"), 0);
    grace.ok(&["requests", "approve", &request, "--yes"]);
    assert_eq!(completed(&wire.messages()), ["INSERT 0 1"]);
    for _ in 0..51 {
        assert_eq!(completed(&wire.messages()), ["SELECT 1"]);
    }
    let log = scene.server.log();
    assert!(log.find("held").unwrap() < log.find("mark 0").unwrap(), "out of order");
    assert_eq!(kept(&scene.server), "held");
    scene.gateway.assert_recorded("hold.end", "approved");
    scene.gateway.assert_recorded("command", "mark last");
}
