//! F1, F3, F5, F6: who approves, how often an approval is good, and that nobody is worn out by asking.

use std::time::Duration;

use serde_json::json;

use crate::harness::api::Api;
use crate::harness::pipeline::{assert_error, completed, error};
use crate::harness::scene::{Scene, changes_need_a_lead, id, kept, ran, sql};
use crate::harness::wire::{Wire, query};
use crate::harness::{direct, until};

/// Everybody gets in and may do all, so that only approval stands in the way.
const ALL: &str = r#"@id("all") permit (principal, action, resource);
"#;

fn scene() -> Option<Scene> {
    (!direct()).then(|| Scene::with(&format!("{ALL}{}", changes_need_a_lead("15m"))))
}

/// A command of that person waits; its request.
fn waits(scene: &Scene, wire: &mut Wire, text: &str) -> String {
    wire.send(&query(text));
    id(&scene.person("grace").next_request())
}

fn add(scene: &Scene, name: &str, being: &[&str]) {
    scene.person("root").ok(&[&["people", "add", name], being].concat());
}

/// A token that root makes for somebody who stands in no file.
fn token(scene: &Scene, person: &str) -> String {
    Api::of(&scene.gateway, "root").make_token(person, 3600)
}

/// Turned away, on record, and nothing of it at the target.
#[track_caller]
fn cannot_approve(scene: &Scene, api: &Api, id: &str, what: &str) {
    let answer = api.post(&format!("/v1/requests/{id}/approve"), &json!({}));
    answer.problem(&[403, 404]);
    scene.gateway.assert_recorded("admin.act", &format!("/v1/requests/{id}/approve"));
    assert_eq!((scene.person("grace").state(id).as_str(), ran(&scene.server, what)), ("pending", 0));
}

/// F1: by a second account of the same human being, also one that is in the group and has the role.
#[test]
fn f1_a_second_account_does_not_approve() {
    let Some(scene) = scene() else { return };
    add(&scene, "ada2", &["--same-person-as", "ada"]);
    let root = scene.person("root");
    root.ok(&["groups", "add", "dba-leads", "ada2"]);
    root.ok(&["roles", "give", "ada2", "approver"]);
    // A token of one's own carries the role; the second account makes it with the one from root.
    let lent = Api::with(&scene.gateway, &token(&scene, "ada2"));
    let own = lent.by(&lent.make_token("ada2", 3600));
    let mut wire = Wire::sign_in(&scene.gateway.door());
    let id = waits(&scene, &mut wire, "INSERT INTO kept VALUES ('by alias')");
    cannot_approve(&scene, &lent, &id, "by alias");
    cannot_approve(&scene, &own, &id, "by alias");
    scene.person("grace").ok(&["requests", "reject", &id, "--reason", "no"]);
    assert_error(&wire.messages(), "42501", b'I');
    assert_eq!(kept(&scene.server), "");
    scene.gateway.assert_recorded("hold.end", "rejected");
}

/// F1: what a service asks for is not approved by its owner, nor an agent's wish by its human, nor the other way round.
#[test]
fn f1_who_answers_for_a_program_does_not_approve_it() {
    let Some(scene) = scene() else { return };
    add(&scene, "robot", &["--service-of", "boss"]);
    add(&scene, "helper", &["--agent-of", "boss"]);
    let boss = Api::of(&scene.gateway, "boss");
    for name in ["robot", "helper"] {
        let door = scene.gateway.door().user(name).password(&boss.make_token(name, 3600));
        let mut wire = Wire::sign_in(&door);
        let what = format!("of {name}");
        let id = waits(&scene, &mut wire, &format!("INSERT INTO kept VALUES ('{what}')"));
        cannot_approve(&scene, &boss, &id, &what);
        cannot_approve(&scene, &boss.by(&door.password), &id, &what);
        scene.person("grace").ok(&["requests", "approve", &id, "--yes"]);
        assert_eq!(completed(&wire.messages()), ["INSERT 0 1"]);
    }
    let mut wire = Wire::sign_in(&scene.door_of("boss"));
    let id = waits(&scene, &mut wire, "INSERT INTO kept VALUES ('of boss')");
    for name in ["robot", "helper"] {
        cannot_approve(&scene, &boss.by(&boss.make_token(name, 3600)), &id, "of boss");
    }
    assert_eq!(kept(&scene.server), "of helper,of robot");
}

/// F1: an administrator is an approver only where the policy names them, and nobody makes themselves one.
#[test]
fn f1_an_administrator_is_not_exempt() {
    let Some(scene) = scene() else { return };
    let mut wire = Wire::sign_in(&scene.door_of("boss"));
    let id = waits(&scene, &mut wire, "INSERT INTO kept VALUES ('of an administrator')");
    let (boss, root) = (Api::of(&scene.gateway, "boss"), Api::of(&scene.gateway, "root"));
    cannot_approve(&scene, &boss, &id, "of an administrator");
    cannot_approve(&scene, &root, &id, "of an administrator");
    for path in ["/v1/roles/approver/local/root", "/v1/groups/dba-leads/members/local/root"] {
        root.send("PUT", path, "", None).problem(&[403]);
        scene.gateway.assert_recorded("admin.act", path);
    }
    cannot_approve(&scene, &root, &id, "of an administrator");
    drop(wire);
    scene.person("grace").wait_for_state(&id, "withdrawn");
    assert_eq!(kept(&scene.server), "");
    scene.gateway.assert_recorded("hold.end", "withdrawn");
}

/// F3: an approval is good for one run in the session that asked. The next one waits again, there and elsewhere.
#[test]
fn f3_an_approval_is_used_once() {
    let Some(scene) = scene() else { return };
    let grace = scene.person("grace");
    let insert = "INSERT INTO kept VALUES ('once')";
    let mut wire = Wire::sign_in(&scene.gateway.door());
    let first = waits(&scene, &mut wire, insert);
    grace.ok(&["requests", "approve", &first, "--yes"]);
    assert_eq!(completed(&wire.messages()), ["INSERT 0 1"]);
    grace.wait_for_state(&first, "used");
    let replayed = Api::of(&scene.gateway, "linus").post(&format!("/v1/requests/{first}/approve"), &json!({}));
    replayed.problem(&[409]);
    let mut elsewhere = Wire::sign_in(&scene.gateway.door());
    for wire in [&mut wire, &mut elsewhere] {
        let again = waits(&scene, wire, insert);
        assert_ne!(again, first);
        grace.ok(&["requests", "reject", &again, "--reason", "once is enough"]);
        assert_error(&wire.messages(), "42501", b'I');
    }
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "once")), ("once", 1));
    scene.gateway.assert_recorded("refusal", "once is enough");
}

/// F3: what was approved to be sent again is for that person, that account and that time.
#[test]
fn f3_an_approval_is_no_use_to_others_or_later() {
    if direct() {
        return;
    }
    let rule = changes_need_a_lead("6s").replacen("@expires", "@wait(\"resubmit\") @expires", 1);
    let scene = Scene::with(&format!("{ALL}{rule}"));
    let grace = scene.person("grace");
    let insert = "INSERT INTO kept VALUES ('for ada alone')";
    let mut wire = Wire::sign_in(&scene.gateway.door());
    assert_error(&wire.query(insert), "42501", b'I');
    let request = id(&grace.next_request());
    grace.ok(&["requests", "approve", &request, "--yes"]);
    for door in [scene.door_of("boss"), scene.gateway.door().user("ada+reader")] {
        assert_error(&Wire::sign_in(&door).query(insert), "42501", b'I');
    }
    grace.wait_for_state(&request, "expired");
    let messages = wire.query(insert);
    assert_error(&messages, "42501", b'I');
    assert!(!format!("{:?}", error(&messages)).contains(&request), "the old request is named again");
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "for ada alone")), ("", 0));
    scene.gateway.assert_recorded("hold.end", "deferred");
    scene.gateway.assert_recorded("refusal", "not_approved");
}

/// F5: nothing that a mail client or a chat fetches approves: not GET, not HEAD, not a form, not a token in the address.
#[test]
fn f5_a_link_that_is_fetched_approves_nothing() {
    let Some(scene) = scene() else { return };
    let mut wire = Wire::sign_in(&scene.gateway.door());
    let id = waits(&scene, &mut wire, "INSERT INTO kept VALUES ('prefetched')");
    let grace = Api::of(&scene.gateway, "grace");
    let nobody = grace.by("");
    let path = format!("/v1/requests/{id}/approve");
    for method in ["GET", "OPTIONS", "PUT", "PATCH", "DELETE"] {
        grace.send(method, &path, "", None).problem(&[404, 405]);
    }
    assert!(matches!(grace.send("HEAD", &path, "", None).status, 404 | 405));
    grace.send("GET", &path, "x-http-method-override: POST\r\n", None).problem(&[404, 405]);
    for path in [format!("{path}?token={}", grace.token), format!("{path}?access_token={}", grace.token)] {
        nobody.post(&path, &json!({})).problem(&[401]);
    }
    let cookie = format!("cookie: token={}; session={}\r\n", grace.token, grace.token);
    nobody.send("POST", &path, &cookie, Some(&json!({}))).problem(&[401]);
    scene.gateway.assert_recorded("signin.refused", "https");
    // What was read is what is approved: by another digest nothing is.
    grace.post(&path, &json!({ "digest": "0".repeat(64) })).problem(&[409]);
    assert_eq!((scene.person("grace").state(&id).as_str(), ran(&scene.server, "prefetched")), ("pending", 0));
    scene.gateway.assert_recorded("admin.act", &path);
    drop(wire);
    scene.person("grace").wait_for_state(&id, "withdrawn");
    assert_eq!(kept(&scene.server), "");
    scene.gateway.assert_recorded("hold.end", "withdrawn");
}

/// F5: who approved and then left the group, before it was used.
#[test]
fn f5_an_approver_whose_group_is_stale_counts_for_nothing() {
    if direct() {
        return;
    }
    let rule = changes_need_a_lead("15m").replace("group:dba-leads", "group:seniors");
    let rule = rule.replacen("@expires", "@wait(\"resubmit\") @expires", 1);
    let scene = Scene::with(&format!("{ALL}{rule}"));
    let (root, grace) = (scene.person("root"), scene.person("grace"));
    root.ok(&["groups", "add", "seniors", "grace"]);
    let insert = "INSERT INTO kept VALUES ('stale')";
    let mut wire = Wire::sign_in(&scene.gateway.door());
    assert_error(&wire.query(insert), "42501", b'I');
    let request = id(&grace.next_request());
    grace.ok(&["requests", "approve", &request, "--yes"]);
    root.ok(&["groups", "remove", "seniors", "grace"]);
    assert_error(&wire.query(insert), "42501", b'I');
    assert_eq!((grace.state(&request).as_str(), ran(&scene.server, "stale")), ("void", 0));
    assert_eq!(kept(&scene.server), "");
    scene.gateway.assert_recorded("admin.act", "groups.remove");
    scene.gateway.assert_recorded("refusal", "not_approved");
}

/// F6: of one human at most twenty wait at once, whatever names they ask under, and the others are not shut out.
#[test]
fn f6_the_twenty_first_that_waits_is_refused() {
    let Some(scene) = scene() else { return };
    add(&scene, "robot", &["--service-of", "ada"]);
    let robot = Api::of(&scene.gateway, "ada").make_token("robot", 3600);
    let robot = scene.gateway.door().user("robot").password(&robot);
    let mut waiting = Vec::new();
    for number in 0..20 {
        let mut wire = Wire::sign_in(&scene.gateway.door());
        wire.send(&query(&format!("INSERT INTO kept VALUES ('flood {number}')")));
        assert_eq!(wire.receive().unwrap().tag, b'N', "it waits");
        waiting.push(wire);
    }
    for door in [scene.gateway.door(), robot] {
        let messages = Wire::sign_in(&door).query("INSERT INTO kept VALUES ('flood 21')");
        assert_error(&messages, "54000", b'I');
        assert!(error(&messages).field(b'M').unwrap().contains("too many"), "{messages:?}");
    }
    scene.gateway.assert_recorded("refusal", "flood 21");
    // Who asks for something else is heard.
    let mut other = Wire::sign_in(&scene.door_of("boss"));
    other.send(&query("INSERT INTO kept VALUES ('of boss')"));
    assert_eq!(other.receive().unwrap().tag, b'N');
    assert_eq!((ran(&scene.server, "flood"), sql(&scene.server, "SELECT count(*) FROM kept").as_str()), (0, "0"));
}

/// F6: nobody reads more than thirty a minute, and there is no way to say yes to all.
#[test]
fn f6_nobody_approves_faster_than_people_read() {
    let Some(scene) = scene() else { return };
    let grace = Api::of(&scene.gateway, "grace");
    for path in ["/v1/requests/approve", "/v1/requests/*/approve", "/v1/requests/all/approve"] {
        grace.post(path, &json!({})).problem(&[400, 404, 405, 422]);
    }
    let mut waiting = Vec::new();
    for number in 0..31 {
        let door = if number < 20 { scene.gateway.door() } else { scene.door_of("boss") };
        let mut wire = Wire::sign_in(&door);
        wire.send(&query(&format!("INSERT INTO kept VALUES ('quick {number}')")));
        waiting.push(wire);
    }
    let ids = until("all to wait", Duration::from_secs(30), || {
        let listed = grace.get("/v1/requests?state=pending&limit=200").ok();
        let ids: Vec<String> = listed["items"].as_array().unwrap().iter().map(id).collect();
        (ids.len() == 31).then_some(ids)
    });
    let yes = |id: &String| grace.post(&format!("/v1/requests/{id}/approve"), &json!({})).status;
    let answered: Vec<u16> = ids.iter().map(yes).collect();
    let yes = answered.iter().filter(|status| **status == 200).count();
    assert_eq!((yes, answered.last()), (30, Some(&429)), "{answered:?}");
    until("thirty to run", Duration::from_secs(20), || {
        (sql(&scene.server, "SELECT count(*) FROM kept") == "30").then_some(())
    });
    assert_eq!(ran(&scene.server, "quick"), 30);
    assert_eq!(scene.gateway.journal().0.iter().filter(|record| record.line.contains("request.approve\"")).count(), 30);
    scene.gateway.assert_recorded("admin.act", "within a minute");
}
