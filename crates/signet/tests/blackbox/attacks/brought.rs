//! A22 at the door: settings that a client brings to the start of a session are decided like the `SET` they stand for.

use crate::harness::client::Client;
use crate::harness::direct;
use crate::harness::pipeline::rows;
use crate::harness::scene::{Scene, changes_need_a_lead, id};
use crate::harness::wire::{Ending, PROTOCOL_3_0, Wire};

const GUARDED: &str = r#"@id("open") permit (principal, action, resource);
@id("guards") @message("guards stay on") forbid (principal, action == Action::"session_guard", resource);
"#;

fn scene(policies: &str) -> Option<Scene> {
    (!direct()).then(|| Scene::with(policies))
}

fn psql(scene: &Scene, options: &str, text: &str) -> Client {
    Client::psql(&scene.gateway.door()).env("PGOPTIONS", options).args(["-X", "-q", "-A", "-t", "-c", text])
}

/// How often somebody came to the target.
fn arrivals(scene: &Scene) -> usize {
    scene.server.log().matches("connection authorized").count()
}

#[test]
fn a22_guards_are_not_taken_off_at_the_door() {
    let Some(scene) = scene(GUARDED) else { return };
    let before = arrivals(&scene);
    for options in ["-c statement_timeout=0", "-c DateStyle=ISO --lock-timeout=0", "-cidle_session_timeout=0"] {
        let done = psql(&scene, options, "SELECT 'inside'").run();
        done.fails_with("guards stay on");
        assert!(done.report().contains("FATAL") && done.report().contains("PGOPTIONS"), "{}", done.report());
    }
    for (name, value) in [("statement_timeout", "0"), ("Default_Transaction_Read_Only", "off")] {
        let ending = Wire::sign_in_with(&scene.gateway.door(), PROTOCOL_3_0, &[(name, value)]);
        assert!(matches!(&ending, Err(Ending::Refused { sqlstate, .. }) if sqlstate == "42501"), "{:?}", ending.err());
    }
    assert_eq!(arrivals(&scene), before, "the target let somebody in");
    scene.gateway.assert_recorded("refusal", "SET statement_timeout = '0'");
    scene.gateway.assert_recorded("refusal", "SET lock_timeout = '0'");
    scene.gateway.assert_recorded("refusal", "guards");
    scene.gateway.assert_recorded("session.end", "");
}

#[test]
fn a22_harmless_settings_pass_the_door() {
    let Some(scene) = scene(GUARDED) else { return };
    let before = arrivals(&scene);
    let text = "SELECT current_setting('DateStyle'), current_setting('geqo')";
    psql(&scene, "-c DateStyle=German -c geqo=off", text).run().prints("German, DMY|off");
    assert_eq!(arrivals(&scene), before + 1);
}

/// Where they are allowed they are on record, and in force.
#[test]
fn a22_what_is_allowed_at_the_door_is_on_record() {
    let Some(scene) = scene(r#"@id("open") permit (principal, action, resource);"#) else { return };
    psql(&scene, "-c statement_timeout=7s", "SHOW statement_timeout").run().prints("7s");
    scene.gateway.assert_recorded("command", "SET statement_timeout = '7s'");
    scene.gateway.assert_recorded("outcome", "done");
}

/// Where they need a lead, the sign-in waits for one.
#[test]
fn a22_what_is_held_at_the_door_waits_there() {
    let held = changes_need_a_lead("15m").replace(r#"Action::"ddl""#, r#"Action::"ddl", Action::"session_guard""#);
    let Some(scene) = scene(&held) else { return };
    let grace = scene.person("grace");
    let before = arrivals(&scene);
    let client = psql(&scene, "-c statement_timeout=7s", "SHOW statement_timeout").start();
    let request = id(&grace.next_request());
    assert!(grace.ok(&["requests", "show", &request]).contains("SET statement_timeout = '7s'"));
    assert_eq!(arrivals(&scene), before);
    grace.ok(&["requests", "approve", &request, "--yes"]);
    client.finish().prints("7s");

    let client = psql(&scene, "-c statement_timeout=8s", "SHOW statement_timeout").start();
    let request = id(&grace.next_request());
    grace.ok(&["requests", "reject", &request, "--reason", "not today"]);
    client.finish().fails_with("not today");
    assert_eq!(arrivals(&scene), before + 1);
    let mut wire = Wire::sign_in(&scene.gateway.door());
    assert_eq!(rows(&wire.query("SELECT 'goes on'")).len(), 1);
}
