//! F2: what runs is what was approved. Text, parameters, place and names may not change between the two.

use serde_json::json;

use crate::harness::api::Api;
use crate::harness::pipeline::{
    assert_error, bind_value, close_statement, completed, error, execute, parse, sync, tags,
};
use crate::harness::scene::{Scene, changes_need_a_lead, id, kept, ran, sql};
use crate::harness::wire::Wire;
use crate::harness::{Postgres, direct};

/// Approved commands pass when they are sent again, so that an attacker has all the time between.
fn resubmitted() -> String {
    let rule = changes_need_a_lead("15m").replacen("@expires", "@wait(\"resubmit\") @expires", 1);
    format!("@id(\"all\") permit (principal, action, resource);\n{rule}")
}

fn scene() -> Option<Scene> {
    (!direct()).then(|| Scene::with(&resubmitted()))
}

/// Refused until it is approved, and approved by grace.
fn approved(scene: &Scene, wire: &mut Wire, bytes: &[u8]) -> String {
    wire.send(bytes);
    assert_error(&wire.messages(), "42501", b'I');
    let grace = scene.person("grace");
    let request = id(&grace.next_request());
    grace.ok(&["requests", "approve", &request, "--yes"]);
    request
}

fn insert(value: &str) -> Vec<u8> {
    [parse("", "INSERT INTO kept VALUES ($1)"), bind_value("", value), execute(""), sync()].concat()
}

/// F2: the same text with another parameter, another text with the same meaning, one space more.
#[test]
fn f2_another_text_or_parameter_is_another_wish() {
    let Some(scene) = scene() else { return };
    let mut wire = Wire::sign_in(&scene.gateway.door());
    let request = approved(&scene, &mut wire, &insert("agreed"));
    wire.send(&insert("smuggled"));
    assert_error(&wire.messages(), "42501", b'I');
    for text in [
        "INSERT INTO kept VALUES ('agreed')",
        "INSERT INTO kept  VALUES ($1)",
        "INSERT INTO kept VALUES ($1) -- smuggled",
        "INSERT INTO kept VALUES ($1 || 'smuggled')",
    ] {
        wire.send(&[parse("", text), bind_value("", "agreed"), execute(""), sync()].concat());
        let messages = wire.messages();
        assert!(tags(&messages).ends_with("EZ"), "{text}: {messages:?}");
    }
    assert_eq!(kept(&scene.server), "");
    assert_eq!(scene.person("grace").state(&request), "approved");
    // And what was agreed to passes, once.
    wire.send(&insert("agreed"));
    assert_eq!(completed(&wire.messages()), ["INSERT 0 1"]);
    wire.send(&insert("agreed"));
    assert_error(&wire.messages(), "42501", b'I');
    assert_eq!(kept(&scene.server), "agreed");
    scene.gateway.assert_recorded("refusal", "smuggled");
}

/// F2: a name that stood for what was approved stands for something else now, in the same session.
#[test]
fn f2_a_name_that_is_used_again_carries_no_approval() {
    let Some(scene) = scene() else { return };
    let mut wire = Wire::sign_in(&scene.gateway.door());
    let run = [bind_value("s", "by name"), execute(""), sync()].concat();
    let prepared = [parse("s", "INSERT INTO kept VALUES ($1)"), sync()].concat();
    wire.send(&prepared);
    assert_eq!(tags(&wire.messages()), "1Z");
    let request = approved(&scene, &mut wire, &run);
    wire.send(&[close_statement("s"), parse("s", "INSERT INTO kept VALUES ('not ' || $1)"), sync()].concat());
    assert_eq!(tags(&wire.messages()), "31Z");
    wire.send(&run);
    assert_error(&wire.messages(), "42501", b'I');
    assert_eq!((kept(&scene.server).as_str(), scene.person("grace").state(&request).as_str()), ("", "approved"));
    scene.gateway.assert_recorded("refusal", "'not ' || $1");
    // It was bound to the text, and the text has it again.
    wire.send(&[close_statement("s"), parse("s", "INSERT INTO kept VALUES ($1)"), sync()].concat());
    wire.messages();
    wire.send(&run);
    assert_eq!(completed(&wire.messages()), ["INSERT 0 1"]);
    assert_eq!(kept(&scene.server), "by name");
}

/// F2: while it waits in the session, what follows in the pipeline renames and binds anew; what runs is what was shown.
#[test]
fn f2_a_name_replaced_behind_what_waits() {
    if direct() {
        return;
    }
    let scene = Scene::with(&changes_need_a_lead("15m"));
    let grace = scene.person("grace");
    let mut wire = Wire::sign_in(&scene.gateway.door());
    let run = |text: &str| [parse("s", text), bind_value("s", "shown"), execute("")].concat();
    let first = run("INSERT INTO kept VALUES ($1)");
    let second = run("INSERT INTO kept VALUES ('smuggled ' || $1)");
    wire.send(&[first, close_statement("s"), second, sync()].concat());
    let request = grace.next_request();
    let page = grace.ok(&["requests", "show", &id(&request)]);
    assert!(page.contains("VALUES ($1)") && !page.contains("smuggled"), "{page}");
    grace.ok(&["requests", "approve", &id(&request), "--yes"]);
    let behind = grace.next_request();
    assert_ne!(id(&behind), id(&request));
    assert!(grace.ok(&["requests", "show", &id(&behind)]).contains("smuggled"));
    assert_eq!(ran(&scene.server, "smuggled"), 0);
    grace.ok(&["requests", "reject", &id(&behind), "--reason", "not that one"]);
    let messages = wire.messages();
    assert!(error(&messages).field(b'M').is_some(), "{messages:?}");
    assert_eq!(ran(&scene.server, "smuggled"), 0);
    scene.gateway.assert_recorded("refusal", "smuggled");
}

/// F2: the same text in another database, or as another account of the target.
#[test]
fn f2_another_database_or_account_is_another_wish() {
    let Some(scene) = scene() else { return };
    sql(&scene.server, "CREATE DATABASE other");
    sql(&scene.server, "GRANT INSERT ON kept TO app_user");
    let text = "INSERT INTO kept VALUES ('here alone')";
    let mut wire = Wire::sign_in(&scene.gateway.door());
    let request = approved(&scene, &mut wire, &crate::harness::wire::query(text));
    let door = scene.gateway.door();
    for other in [door.database("other"), door.user("ada+reader"), scene.gateway.shared_door("prod/other")] {
        assert_error(&Wire::sign_in(&other).query(text), "42501", b'I');
    }
    assert_eq!((ran(&scene.server, "here alone"), scene.person("grace").state(&request).as_str()), (0, "approved"));
    assert_eq!(completed(&wire.query(text)), ["INSERT 0 1"]);
    assert_eq!((ran(&scene.server, "here alone"), kept(&scene.server).as_str()), (1, "here alone"));
    scene.gateway.assert_recorded("refusal", "here alone");
}

/// F2: another server behind the same name of a resource.
#[test]
fn f2_a_resource_that_points_elsewhere_now() {
    let Some(scene) = scene() else { return };
    let elsewhere = Postgres::start();
    sql(&elsewhere, "CREATE TABLE kept (word text)");
    let root = Api::of(&scene.gateway, "root");
    let wish = |server: &Postgres| {
        let secret = json!({ "password": crate::harness::postgres::PASSWORD });
        json!({ "name": "shop", "protocol": "postgres", "address": format!("127.0.0.1:{}", server.port),
                "tls": "disable", "accounts": [{ "name": "app", "user": "postgres", "secret": secret }] })
    };
    root.post("/v1/resources", &wish(&scene.server)).ok();
    let door = scene.gateway.shared_door("shop/postgres");
    let text = "INSERT INTO kept VALUES ('for the first one')";
    let mut wire = Wire::sign_in(&door);
    approved(&scene, &mut wire, &crate::harness::wire::query(text));
    let seen = root.get("/v1/resources/shop");
    let etag = seen.head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap_or_else(|| panic!("{seen:?}"));
    root.send("PUT", "/v1/resources/shop", &format!("if-match: {etag}\r\n"), Some(&wish(&elsewhere))).ok();
    let messages = Wire::sign_in(&door).query(text);
    assert_error(&messages, "42501", b'I');
    elsewhere.assert_never_saw("for the first one");
    assert_eq!((kept(&scene.server).as_str(), kept(&elsewhere).as_str()), ("", ""));
    scene.gateway.assert_recorded("admin.act", "resources.change");
    scene.gateway.assert_recorded("refusal", "for the first one");
}

/// F2: the policies that it was approved under are not those of now.
#[test]
fn f2_another_version_of_the_policy_is_another_wish() {
    let Some(scene) = scene() else { return };
    let text = crate::harness::wire::query("INSERT INTO kept VALUES ('under the first')");
    let mut wire = Wire::sign_in(&scene.gateway.door());
    approved(&scene, &mut wire, &text);
    scene.change_policies(&format!("{}// otherwise\n", resubmitted()));
    wire.send(&text);
    assert_error(&wire.messages(), "42501", b'I');
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "under the first")), ("", 0));
    scene.gateway.assert_recorded("refusal", "under the first");
}
