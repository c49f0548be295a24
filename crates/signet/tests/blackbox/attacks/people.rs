//! E4, E5, E6, E12, as far as people of this gateway go: who leaves is out, a token is worth what its person is, and what
//! belongs to one session is no use in another.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::api::Api;
use crate::harness::pipeline::assert_error;
use crate::harness::scene::{Scene, changes_need_a_lead, id, kept, ran};
use crate::harness::wire::{Ending, PROTOCOL_3_0, Wire, query};
use crate::harness::{Door, direct, until};

/// The longest that a session may live on after its person has left.
const BOUND: Duration = Duration::from_secs(2);

const ALL: &str = r#"@id("all") permit (principal, action, resource);
"#;

fn scene() -> Option<Scene> {
    (!direct()).then(|| Scene::with(&format!("{ALL}{}", changes_need_a_lead("15m"))))
}

/// Somebody whom root adds.
fn add(scene: &Scene, name: &str, being: &[&str]) {
    scene.person("root").ok(&[&["people", "add", name], being].concat());
}

fn door(scene: &Scene, name: &str, token: &str) -> Door {
    scene.gateway.door().user(name).password(token)
}

/// The target never hears of them, and they are told no.
#[track_caller]
fn is_out(scene: &Scene, door: &Door) {
    // One that cancels a command is no sign-in.
    let sign_ins = || scene.server.log().matches("connection authorized").count();
    let before = sign_ins();
    let ended = Wire::sign_in_with(door, PROTOCOL_3_0, &[]).err().expect("they are let in");
    assert!(matches!(ended, Ending::Refused { .. }), "{ended:?}");
    assert_eq!(sign_ins(), before, "the target was dialled for them");
    Api::with(&scene.gateway, &door.password).get("/v1/me").problem(&[401]);
}

/// Waits for the end of a session that was under way, and gives how long that took.
fn cut(wire: &mut Wire, since: Instant) -> Duration {
    wire.stream().set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    assert!(matches!(wire.ending(), Ending::Refused { .. }), "cut without a word");
    wire.assert_closes();
    since.elapsed()
}

/// E4: the sessions of who is disabled end within the bound: idle ones, busy ones, ones that wait, those of their services.
#[test]
fn e4_who_leaves_is_cut_off() {
    let Some(scene) = scene() else { return };
    add(&scene, "leaver", &[]);
    add(&scene, "robot", &["--service-of", "leaver"]);
    let root = Api::of(&scene.gateway, "root");
    let leaver = door(&scene, "leaver", &root.make_token("leaver", 3600));
    let robot = door(&scene, "robot", &root.make_token("robot", 3600));
    let (mut idle, mut busy, mut waits) = (Wire::sign_in(&leaver), Wire::sign_in(&leaver), Wire::sign_in(&leaver));
    let mut service = Wire::sign_in(&robot);
    busy.send(&query("SELECT 'busy', pg_sleep(600)"));
    until("it to be busy", Duration::from_secs(20), || (ran(&scene.server, "busy") == 1).then_some(()));
    waits.send(&query("INSERT INTO kept VALUES ('of a leaver')"));
    let request = id(&scene.person("grace").next_request());
    let disable = json!({ "disabled": true });
    root.send("PATCH", "/v1/people/local/leaver", "", Some(&disable)).ok();
    let since = Instant::now();
    // The first ones count the wait of the others: the bound is an upper one for each.
    for wire in [&mut idle, &mut busy, &mut waits, &mut service] {
        let took = cut(wire, since);
        assert!(took < BOUND, "it took {took:?}");
    }
    is_out(&scene, &leaver);
    is_out(&scene, &robot);
    scene.person("grace").run(&["requests", "approve", &request, "--yes"]);
    assert_ne!(scene.person("grace").state(&request), "used");
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "of a leaver")), ("", 0));
    scene.gateway.assert_recorded("admin.act", "people.change");
    scene.gateway.assert_recorded("session.end", "revoked");
    scene.gateway.assert_recorded("signin.refused", "leaver");
}

/// E4: who loses the group that lets them in, or is removed.
#[test]
fn e4_who_loses_the_group_or_is_removed_is_cut_off() {
    if direct() {
        return;
    }
    let scene = Scene::with(r#"@id("staff") permit (principal in Group::"staff", action, resource);"#);
    let root = Api::of(&scene.gateway, "root");
    for (name, path) in [("one", "/v1/groups/staff/members/local/one"), ("two", "/v1/people/local/two")] {
        add(&scene, name, &[]);
        scene.person("root").ok(&["groups", "add", "staff", name]);
        let door = door(&scene, name, &root.make_token(name, 3600));
        let mut wire = Wire::sign_in(&door);
        root.send("DELETE", path, "", None).ok();
        let took = cut(&mut wire, Instant::now());
        assert!(took < BOUND, "it took {took:?}");
        assert!(Wire::sign_in_with(&door, PROTOCOL_3_0, &[]).is_err(), "{name} is let in");
    }
    scene.gateway.assert_recorded("admin.act", "groups.remove");
    scene.gateway.assert_recorded("admin.act", "people.remove");
    until("both ends to be on record", Duration::from_secs(10), || {
        (scene.gateway.journal().of_kind("session.end").count() == 2).then_some(())
    });
    assert_eq!(scene.gateway.journal().of_kind("session.start").count(), 2, "a third one began");
}

/// E5: there is no account that nobody made: not the target's own, not a usual one, not an empty name or password.
#[test]
fn e5_no_account_is_there_that_nobody_made() {
    let Some(scene) = scene() else { return };
    let token = scene.gateway.door().password;
    for name in ["admin", "root", "signet", "postgres", "app", "local/ada", "ADA", "ada ", "", "*"] {
        for password in ["", "admin", "postgres", name, &token, crate::harness::postgres::PASSWORD] {
            let ended = Wire::sign_in_with(&door(&scene, name, password), PROTOCOL_3_0, &[]);
            assert!(matches!(ended, Err(Ending::Refused { .. })), "{name:?} with {password:?}");
        }
    }
    assert_eq!(scene.gateway.journal().of_kind("session.start").count(), 0);
    assert_eq!(scene.server.log().matches("connection received").count(), 1, "only the test itself was there");
    scene.gateway.assert_recorded("signin.refused", "admin");
}

/// E5: the glass is broken once for each time that two others agreed: afterwards it is whole, and asking again is a new
/// request that stands for nothing yet.
#[test]
fn e5_a_broken_glass_is_not_broken_again() {
    if direct() {
        return;
    }
    let scene = Scene::with(
        r#"@id("shut") forbid (principal, action == Action::"connect", resource) unless { context.break_glass };"#,
    );
    let (ada, root) = (Api::of(&scene.gateway, "ada"), Api::of(&scene.gateway, "root"));
    let wish = json!({ "kind": "break_glass", "resource": "prod", "seconds": 3600, "reason": "fire",
                       "reviewer": { "issuer": "local", "subject": "watcher" } });
    let request = id(&ada.post("/v1/requests", &wish).ok());
    let agree = format!("/v1/requests/{request}/agree");
    ada.post(&agree, &json!({})).problem(&[403]);
    for name in ["grace", "boss"] {
        Api::of(&scene.gateway, name).post(&agree, &json!({})).ok();
    }
    let mut wire = Wire::sign_in(&scene.gateway.door());
    assert!(Wire::sign_in_with(&scene.door_of("boss"), PROTOCOL_3_0, &[]).is_err(), "it is open to others");
    let grant = id(&root.get("/v1/grants?live=true").ok()["items"][0]);
    root.post(&format!("/v1/grants/{grant}/revoke"), &json!({ "reason": "it is out" })).ok();
    cut(&mut wire, Instant::now());
    for name in ["grace", "boss", "linus"] {
        let again = Api::of(&scene.gateway, name).post(&agree, &json!({}));
        assert!(again.status == 409 || again.ok()["state"] != "pending", "{again:?}");
    }
    ada.post("/v1/requests", &wish).ok();
    assert!(Wire::sign_in_with(&scene.gateway.door(), PROTOCOL_3_0, &[]).is_err(), "it is open again");
    assert_eq!(scene.gateway.journal().of_kind("session.start").count(), 1);
    scene.gateway.assert_recorded("admin.act", "glass");
    scene.gateway.assert_recorded("session.end", "access ended");
}

/// E6: tokens of a service whose owner is disabled, tokens of others, revoked ones and expired ones open nothing, at the
/// interface as at the target.
#[test]
fn e6_a_token_is_worth_what_its_person_is() {
    let Some(scene) = scene() else { return };
    add(&scene, "owner", &[]);
    add(&scene, "robot", &["--service-of", "owner"]);
    let root = Api::of(&scene.gateway, "root");
    let owner = Api::with(&scene.gateway, &root.make_token("owner", 3600));
    let robot = door(&scene, "robot", &owner.make_token("robot", 3600));
    drop(Wire::sign_in(&robot));
    // Somebody else's token is no token of mine, whatever its name says.
    is_refused(&scene, &robot.user("owner"));
    is_refused(&scene, &robot.user("ada"));
    // Revoked.
    let revoked = owner.make_token("owner", 3600);
    let token = newest_token(&owner, "owner");
    owner.send("DELETE", &format!("/v1/tokens/{token}"), "", None).ok();
    is_out(&scene, &door(&scene, "owner", &revoked));
    // Expired.
    let short = door(&scene, "robot", &owner.make_token("robot", 1));
    until("it to expire", Duration::from_secs(20), || {
        (owner.by(&short.password).get("/v1/me").status == 401).then_some(())
    });
    is_out(&scene, &short);
    // Of a service whose owner is disabled.
    root.send("PATCH", "/v1/people/local/owner", "", Some(&json!({ "disabled": true }))).ok();
    is_out(&scene, &robot);
    is_out(&scene, &door(&scene, "owner", &owner.token));
    scene.gateway.assert_recorded("signin.refused", "robot");
    scene.gateway.assert_recorded("signin.refused", "owner");
    scene.gateway.assert_recorded("admin.act", "token.revoke");
}

fn newest_token(by: &Api, person: &str) -> String {
    let listed = by.get("/v1/tokens").ok();
    let of = |token: &&serde_json::Value| token["person"]["subject"] == person && token["revoked"].is_null();
    let tokens = listed["items"].as_array().unwrap();
    let newest = tokens.iter().filter(of).max_by_key(|token| token["created"].to_string());
    newest.unwrap_or_else(|| panic!("{listed}"))["id"].as_str().unwrap().to_owned()
}

#[track_caller]
fn is_refused(scene: &Scene, door: &Door) {
    assert!(matches!(Wire::sign_in_with(door, PROTOCOL_3_0, &[]), Err(Ending::Refused { .. })), "{}", door.user);
    scene.gateway.assert_recorded("signin.refused", &door.user);
}

/// E6: a token that an administrator makes for somebody opens their way to targets, and none of their roles; neither does
/// one that is made with it.
#[test]
fn e6_a_token_made_for_somebody_carries_no_role() {
    let Some(scene) = scene() else { return };
    let boss = Api::of(&scene.gateway, "boss");
    let lent = boss.by(&boss.make_token("root", 3600));
    let again = lent.by(&lent.make_token("root", 3600));
    for api in [&lent, &again] {
        assert_eq!(api.get("/v1/me").ok()["id"]["subject"], "root");
        api.get("/v1/people").problem(&[403]);
        let somebody = json!({ "id": { "issuer": "local", "subject": "mine" }, "name": "mine", "kind": "human" });
        api.post("/v1/people", &somebody).problem(&[403]);
        api.post("/v1/policy/reload", &json!({})).problem(&[403]);
        api.send("PUT", "/v1/groups/dba-leads/members/local/ada", "", None).problem(&[403]);
    }
    scene.gateway.assert_recorded("admin.act", "POST /v1/policy/reload");
    scene.gateway.assert_recorded("admin.act", "PUT /v1/groups/dba-leads/members/local/ada");
    let listed = scene.person("root").json(&["people", "list"]).to_string();
    assert!(!listed.contains("mine"), "{listed}");
    assert_eq!(scene.server.log().matches("connection received").count(), 1);
}

/// E12: who knows the ids of another's request, session, grant or token can do nothing with them, and is told nothing.
#[test]
fn e12_ids_of_others_are_no_use() {
    let Some(scene) = scene() else { return };
    add(&scene, "eve", &[]);
    let root = Api::of(&scene.gateway, "root");
    let eve = root.by(&root.make_token("eve", 3600));
    let mut wire = Wire::sign_in(&scene.gateway.door());
    wire.send(&query("INSERT INTO kept VALUES ('hers alone')"));
    let request = id(&scene.person("grace").next_request());
    let session = id(&root.get("/v1/sessions").ok()["items"][0]);
    let token = scene.gateway.journal().find("session.start", &session).unwrap().value["credential"].clone();
    let token = token.as_str().unwrap();
    let tries = [
        ("GET", format!("/v1/requests/{request}"), json!(null)),
        ("POST", format!("/v1/requests/{request}/approve"), json!({})),
        ("POST", format!("/v1/requests/{request}/agree"), json!({})),
        ("POST", format!("/v1/requests/{request}/reject"), json!({ "reason": "mine" })),
        ("POST", format!("/v1/requests/{request}/withdraw"), json!({})),
        ("POST", format!("/v1/sessions/{session}/kill"), json!({ "reason": "mine" })),
        ("POST", format!("/v1/grants/{request}/revoke"), json!({ "reason": "mine" })),
        ("DELETE", format!("/v1/tokens/{token}"), json!(null)),
    ];
    for (method, path, body) in &tries {
        let answer = eve.send(method, path, "", (!body.is_null()).then_some(body));
        answer.problem(&[403, 404]);
        assert!(!answer.text.contains("hers alone") && !answer.text.contains("ada"), "{path}: {answer:?}");
        scene.gateway.assert_recorded("admin.act", &format!("{method} {path}"));
    }
    for path in ["/v1/requests", "/v1/sessions", "/v1/grants", "/v1/tokens"] {
        let answer = eve.get(path);
        answer.ok();
        for mine in [&request, &session, "hers alone"] {
            assert!(!answer.text.contains(mine), "{path} shows {mine}: {answer:?}");
        }
    }
    // Nor by the key of the target's protocol: another session's cancel does not end the wait.
    let mut cancel = Wire::connect(scene.gateway.port);
    let (pid, _) = wire.key.clone().unwrap();
    let body = [pid.to_be_bytes().to_vec(), vec![0; 4]].concat();
    cancel.send(&crate::harness::wire::opening(crate::harness::wire::CANCEL_REQUEST, &body));
    cancel.assert_closes();
    assert_eq!(scene.person("grace").state(&request), "pending");
    scene.person("grace").ok(&["requests", "reject", &request, "--reason", "enough"]);
    assert_error(&wire.messages(), "42501", b'I');
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "hers alone")), ("", 0));
}
