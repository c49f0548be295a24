//! `signet policy replay`: what a pack would have said to the commands on record.

use std::fs;

use serde_json::Value;

use super::pack;
use crate::harness::client::Client;
use crate::harness::scene::Scene;

#[test]
fn a_pack_is_tried_on_what_was_done() {
    let scene = Scene::with("");
    let door = scene.gateway.door();
    let script = "INSERT INTO kept VALUES ('one');\nSELECT word FROM kept;\nUPDATE kept SET word = 'x';\n";
    Client::psql(&door).stdin(script).run().ok();
    Client::python_text(
        "import psycopg\nprint(psycopg.connect('').execute('DELETE FROM kept WHERE word = %s', ['x']).rowcount)",
        &door,
    )
    .run()
    .prints("1");
    let folder = scene.gateway.dir().join("candidate");
    fs::create_dir(&folder).unwrap();
    let replay = |text: &str| {
        fs::write(folder.join("rules.cedar"), text).unwrap();
        let output = scene.gateway.cli(&["policy", "replay", &folder.display().to_string(), "--json"]);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), answer)
    };
    let (code, answer) = replay(&pack("production-change"));
    assert_eq!(code, Some(8), "{answer:#}");
    let changes = answer["changes"].as_array().unwrap();
    let change = |name: &str| {
        changes.iter().find(|change| change["name"] == name).unwrap_or_else(|| panic!("{name}: {answer:#}"))
    };
    assert_eq!(
        (&change("INSERT")["now"], &change("INSERT")["policies"][0]),
        (&"hold".into(), &"production-change-second-person".into())
    );
    assert_eq!(change("UPDATE")["now"], "deny");
    assert_eq!(change("DELETE")["now"], "hold");
    assert_eq!(change("INSERT")["examples"][0]["person"], "ada");
    assert!(changes.iter().all(|change| change["name"] != "SELECT" && change["name"] != "connect"), "{answer:#}");
    assert_eq!(answer["not_replayed"], serde_json::json!({}), "{answer:#}");
    let (code, answer) =
        replay("@id(\"unused\") @message(\"no\") forbid (principal, action == Action::\"grant\", resource);");
    assert_eq!((code, &answer["changed"]), (Some(0), &0.into()), "{answer:#}");
    scene.gateway.assert_recorded("evidence.read", "policy.replay");
}
