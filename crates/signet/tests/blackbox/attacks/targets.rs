//! H1: the password of a target goes to the target, and to nobody and nothing else.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::harness::api::Api;
use crate::harness::postgres::Options;
use crate::harness::scene::{Scene, sql};
use crate::harness::{Client, direct};

const SECRET: &str = "target-secret-7f3a91";
const WRONG: &str = "wrong-secret-0c44d2";

const ALL: &str = r#"@id("all") permit (principal, action, resource);
"#;

/// Every file in a folder and the ones in it.
fn files(of: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(of).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.is_file() {
            // A file that goes away meanwhile keeps nothing.
            found.push((path.display().to_string(), fs::read(&path).unwrap_or_default()));
        }
    }
}

#[track_caller]
fn is_without(what: &str, text: &str) {
    for secret in [SECRET, WRONG] {
        assert!(!text.contains(secret), "{what} holds {secret}:\n{text:.3000}");
    }
}

/// H1, H3: handed in over the interface, used, shown, tested, failed with, changed and removed: it is readable nowhere.
#[test]
fn h1_the_password_of_a_target_is_readable_nowhere() {
    if direct() {
        return;
    }
    let talkative =
        |setup| crate::harness::Setup { wrapper: ["env", "SIGNET_LOG=trace"].map(String::from).into(), ..setup };
    let scene = Scene::made(ALL, &[], talkative);
    sql(&scene.server, &format!("CREATE ROLE hidden LOGIN PASSWORD '{SECRET}'"));
    let root = Api::of(&scene.gateway, "root");
    let wish = |name: &str, user: &str, password: &str| {
        json!({ "name": name, "protocol": "postgres", "address": format!("127.0.0.1:{}", scene.server.port),
                "tls": "disable",
                "accounts": [{ "name": "app", "user": user, "secret": { "password": password } }] })
    };
    let mut said = Vec::new();
    for (name, user, password) in [("good", "hidden", SECRET), ("bad", "hidden", WRONG), ("none", "nobody", SECRET)] {
        said.push(format!("{:?}", root.post("/v1/resources", &wish(name, user, password))));
        said.push(format!("{:?}", root.get(&format!("/v1/resources/{name}"))));
        said.push(format!("{:?}", root.post(&format!("/v1/resources/{name}/test"), &json!({}))));
        said.push(format!("{:?}", root.post("/v1/resources", &wish(name, user, password))));
        let cli = scene.person("root").run(&["resources", "test", name]);
        said.push(format!("{}{}", String::from_utf8_lossy(&cli.stdout), String::from_utf8_lossy(&cli.stderr)));
        said.push(scene.person("root").ok(&["resources", "show", name]));
    }
    let mut malformed = wish("odd", "hidden", SECRET);
    malformed["accounts"][0]["secret"] = json!({ "passwort": SECRET });
    said.push(format!("{:?}", root.post("/v1/resources", &malformed)));
    malformed["accounts"][0]["secret"] = json!(SECRET);
    said.push(format!("{:?}", root.post("/v1/resources", &malformed)));
    malformed["accounts"] = json!(SECRET);
    said.push(format!("{:?}", root.post("/v1/resources", &malformed)));
    said.push(scene.person("root").ok(&["resources", "list"]));
    said.push(scene.person("root").ok(&["status"]));
    // The target is told the password by nobody but the gateway: those who use it cannot read it out of any answer.
    let door = scene.gateway.shared_door("good/postgres");
    Client::psql(&door).args(["-c", "SELECT current_user"]).run().prints("hidden");
    let failed = Client::psql(&scene.gateway.shared_door("bad/postgres")).args(["-c", "SELECT 1"]).run();
    assert!(!failed.status.success() && failed.stderr.contains("FATAL"), "{}", failed.report());
    assert!(!failed.stderr.contains("hidden"), "the target's user name is told: {}", failed.report());
    said.push(failed.report());
    for text in ["\\conninfo", "SHOW ALL", "SELECT * FROM pg_stat_activity", "SELECT current_setting('x.password')"] {
        said.push(Client::psql(&door).args(["-c", text]).run().report());
    }
    said.push(crate::attacks::readable::printed(&scene.gateway));
    said.push(crate::attacks::readable::printed_json(&scene.gateway));
    said.push(crate::attacks::readable::metrics(&scene.gateway));
    for text in &said {
        is_without("an answer", text);
    }
    let mut all = Vec::new();
    files(scene.gateway.dir(), &mut all);
    assert!(all.iter().any(|(path, _)| path.ends_with("store.sqlite")), "the store was not looked at");
    for (path, bytes) in &all {
        is_without(path, &String::from_utf8_lossy(bytes));
    }
    scene.gateway.assert_recorded("admin.act", "resources.add");
    scene.gateway.assert_recorded("admin.act", "resources.test");
    scene.server.assert_saw("password authentication failed for user \"hidden\"");
}

/// H1: a target that asks for the password in clear gets none, so that no log of a target and nobody on the way has it.
#[test]
fn h1_the_password_is_not_sent_in_clear() {
    if direct() {
        return;
    }
    let server = crate::harness::Postgres::with(Options { auth: "password", ..Options::default() });
    let gateway = crate::harness::Setup::before(&server).start();
    let done = Client::psql(&gateway.door()).args(["-c", "SELECT 'mark-clear'"]).run();
    if done.status.success() {
        panic!("a password went over a plain connection: {}", done.report());
    }
    assert!(done.stderr.contains("FATAL"), "{}", done.report());
    server.assert_never_saw("mark-clear");
    server.assert_never_saw("connection authorized: user=postgres database=postgres application_name=blackbox");
    gateway.assert_recorded("session.end", "");
}
