//! A held UPDATE at a terminal, and every way in which its wait can end.

use super::scene::{Scene, changes_need_a_lead, id, kept, ran, sql};
use crate::harness::pipeline::{bind_value, completed, execute, parse, sync};
use crate::harness::wire::Wire;

const WAITS: &str = "NOTICE:  ";

fn scene() -> Scene {
    Scene::with(&changes_need_a_lead("15m"))
}

#[test]
fn an_update_waits_and_the_approver_sees_all_of_it() {
    let scene = scene();
    sql(&scene.server, "INSERT INTO kept VALUES ('old')");
    let grace = scene.person("grace");
    let mut screen = scene.screen();
    screen.type_line("BEGIN; SELECT 1;");
    screen.expect("ready> ", 20);
    screen.type_line("UPDATE kept SET word = 'new' RETURNING 'now ' || word;");
    let notice = screen.expect(WAITS, 20);
    assert!(!notice.contains("now new"), "{notice}");
    let request = grace.next_request();
    let id = id(&request);
    let shown = grace.ok(&["requests", "show", &id]);
    for part in [
        "ada",
        "prod",
        "app",
        "127.0.0.1",
        "psql",
        "LOCKS ARE HELD",
        "changes-need-a-lead",
        "group:dba-leads",
        "UPDATE kept SET word = 'new' RETURNING 'now ' || word",
        "write",
    ] {
        assert!(shown.contains(part), "no {part:?} in:\n{shown}");
    }
    assert_eq!(ran(&scene.server, "UPDATE kept"), 0);
    grace.ok(&["requests", "approve", &id, "--yes"]);
    screen.expect("now new", 20);
    screen.expect("ready> ", 20);
    screen.type_line("COMMIT;\\echo over");
    screen.expect("over", 20);
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "UPDATE kept")), ("new", 1));
    grace.wait_for_state(&id, "used");
    for (kind, needle) in [
        ("hold", id.as_str()),
        ("admin.act", "request.approve"),
        ("hold.end", "approved"),
        ("command", "\"approved\":true"),
    ] {
        scene.gateway.assert_recorded(kind, needle);
    }
}

#[test]
fn parameters_are_shown_to_the_approver_and_bound() {
    let scene = scene();
    let grace = scene.person("grace");
    let mut wire = Wire::sign_in(&scene.gateway.door());
    let statement = [parse("", "INSERT INTO kept VALUES ($1)"), bind_value("", "of a parameter"), execute(""), sync()];
    wire.send(&statement.concat());
    let request = grace.next_request();
    let shown = grace.ok(&["requests", "show", &id(&request)]);
    assert!(shown.contains("INSERT INTO kept VALUES ($1)") && shown.contains("of a parameter"), "{shown}");
    grace.ok(&["requests", "approve", &id(&request), "--yes"]);
    assert_eq!(completed(&wire.messages()), ["INSERT 0 1"]);
    assert_eq!(kept(&scene.server), "of a parameter");
    assert_eq!(grace.json(&["requests"]).as_array().unwrap().len(), 1, "one statement, one request");
}

#[test]
fn a_rejection_comes_with_its_reason() {
    let scene = scene();
    let grace = scene.person("grace");
    let mut screen = scene.screen();
    screen.type_line("INSERT INTO kept VALUES ('rejected');");
    screen.expect(WAITS, 20);
    let id = id(&grace.next_request());
    grace.ok(&["requests", "reject", &id, "--reason", "not on a Friday"]);
    screen.expect("ERROR:", 20);
    screen.expect("not on a Friday", 20);
    screen.expect("ready> ", 20);
    let refused = grace.refused(&["requests", "approve", &id, "--yes"]);
    assert!(refused.contains("does not wait for a decision any more"), "{refused}");
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "rejected")), ("", 0));
    scene.gateway.assert_recorded("hold.end", "rejected");
    scene.gateway.assert_recorded("refusal", "not_approved");
}

#[test]
fn what_nobody_answers_expires() {
    let scene = Scene::with(&changes_need_a_lead("2s"));
    let grace = scene.person("grace");
    let mut screen = scene.screen();
    screen.type_line("INSERT INTO kept VALUES ('too late');");
    screen.expect(WAITS, 20);
    screen.expect("ERROR:", 20);
    screen.expect("ready> ", 20);
    let all = grace.json(&["requests", "--state", "expired"]);
    let id = id(&all[0]);
    assert!(!grace.refused(&["requests", "approve", &id, "--yes"]).is_empty());
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "too late")), ("", 0));
    scene.gateway.assert_recorded("hold.end", "expired");
}

#[test]
fn ctrl_c_withdraws() {
    let scene = scene();
    let grace = scene.person("grace");
    let mut screen = scene.screen();
    screen.type_line("INSERT INTO kept VALUES ('taken back');");
    screen.expect(WAITS, 20);
    let id = id(&grace.next_request());
    screen.press_ctrl_c();
    screen.expect("canceling statement due to user request", 20);
    screen.expect("ready> ", 20);
    grace.wait_for_state(&id, "withdrawn");
    assert!(!grace.refused(&["requests", "approve", &id, "--yes"]).is_empty());
    screen.type_line("SELECT 'still ' || 'here';");
    screen.expect("still here", 20);
    assert_eq!(ran(&scene.server, "taken back"), 0);
    scene.gateway.assert_recorded("hold.end", "withdrawn");
}

#[test]
fn a_client_that_goes_away_withdraws() {
    let scene = scene();
    let grace = scene.person("grace");
    let mut screen = scene.screen();
    screen.type_line("INSERT INTO kept VALUES ('nobody waits');");
    screen.expect(WAITS, 20);
    let id = id(&grace.next_request());
    drop(screen);
    grace.wait_for_state(&id, "withdrawn");
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "nobody waits")), ("", 0));
}

#[test]
fn the_requester_may_withdraw_from_elsewhere() {
    let scene = scene();
    let ada = scene.person("ada");
    let mut screen = scene.screen();
    screen.type_line("INSERT INTO kept VALUES ('second thoughts');");
    screen.expect(WAITS, 20);
    let id = id(&ada.next_request());
    ada.ok(&["requests", "withdraw", &id]);
    screen.expect("ERROR:", 20);
    screen.expect("ready> ", 20);
    assert_eq!((ada.state(&id).as_str(), ran(&scene.server, "second thoughts")), ("withdrawn", 0));
}

#[test]
fn a_target_that_goes_away_ends_the_wait() {
    let scene =
        Scene::made(&changes_need_a_lead("15m"), &["idle_in_transaction_session_timeout = '2s'"], |setup| setup);
    let grace = scene.person("grace");
    let mut screen = scene.screen();
    screen.type_line("BEGIN; SELECT 1;");
    screen.expect("ready> ", 20);
    screen.type_line("INSERT INTO kept VALUES ('the locks are gone');");
    screen.expect(WAITS, 20);
    let id = id(&grace.next_request());
    screen.expect("idle-in-transaction timeout", 30);
    grace.wait_for_state(&id, "withdrawn");
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "the locks are gone")), ("", 0));
}

#[test]
fn a_restart_of_the_gateway_voids() {
    let mut scene = scene();
    let mut screen = scene.screen();
    screen.type_line("INSERT INTO kept VALUES ('before the crash');");
    screen.expect(WAITS, 20);
    let id = id(&scene.person("grace").next_request());
    scene.gateway.kill_hard();
    scene.gateway.launch();
    let grace = scene.person("grace");
    assert_eq!(grace.state(&id), "void");
    assert!(!grace.refused(&["requests", "approve", &id, "--yes"]).is_empty());
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "before the crash")), ("", 0));
    scene.gateway.assert_recorded("hold.end", "withdrawn");
}

#[test]
fn the_notice_is_said_again_while_it_waits() {
    let scene = Scene::with(&changes_need_a_lead("15m"));
    let mut screen = scene.screen();
    screen.type_line("INSERT INTO kept VALUES ('patience');");
    screen.expect(WAITS, 20);
    // A balancer that cuts what is silent for a minute does not cut this.
    screen.expect(WAITS, 45);
}

#[test]
fn a_second_pipeline_statement_does_not_pass_the_held_one() {
    let scene = scene();
    let grace = scene.person("grace");
    let mut screen = scene.screen();
    screen.type_line("INSERT INTO kept VALUES ('first')\\; SELECT 'slipped ' || 'through';");
    let before = screen.expect(WAITS, 20);
    assert!(!before.contains("slipped through"));
    let id = id(&grace.next_request());
    assert_eq!(ran(&scene.server, "slipped"), 0);
    grace.ok(&["requests", "reject", &id, "--reason", "no"]);
    screen.expect("ERROR:", 20);
    screen.expect("ready> ", 20);
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "slipped")), ("", 0));
}

#[test]
fn a_held_statement_resubmitted_passes_once() {
    let rule = changes_need_a_lead("15m").replacen("@expires", "@wait(\"resubmit\") @expires", 1);
    let scene = Scene::with(&rule);
    let grace = scene.person("grace");
    let mut screen = scene.screen();
    let insert = "INSERT INTO kept VALUES ('come again') RETURNING 'did ' || word;";
    screen.type_line(insert);
    let said = screen.expect("ready> ", 20);
    assert!(said.contains("ERROR:") && said.contains("signet requests approve"), "{said}");
    let id = id(&grace.next_request());
    grace.ok(&["requests", "approve", &id, "--yes"]);
    screen.type_line("INSERT INTO kept VALUES ('another');");
    screen.expect("ERROR:", 20);
    screen.expect("ready> ", 20);
    screen.type_line(insert);
    screen.expect("did come again", 20);
    screen.expect("ready> ", 20);
    screen.type_line(insert);
    screen.expect("ERROR:", 20);
    screen.expect("ready> ", 20);
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "'come again'")), ("come again", 1));
    scene.gateway.assert_recorded("hold.end", "deferred");
}
