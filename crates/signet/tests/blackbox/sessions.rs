//! Recorded sessions as operators read them, and what is recorded of the operators themselves.

use std::fs;
use std::process::Output;
use std::time::Duration;

use serde_json::Value;

use crate::harness::{Client, Gateway, Postgres, Setup, direct, until};

fn start() -> Option<(Postgres, Gateway)> {
    if direct() {
        return None;
    }
    let server = Postgres::start();
    let gateway = Setup::before(&server).start();
    Some((server, gateway))
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What `signet sessions list` has, as soon as all sessions have ended.
fn listed(gateway: &Gateway) -> Vec<Value> {
    until("all sessions to have ended", Duration::from_secs(10), || {
        let list: Vec<Value> = serde_json::from_str(&printed(&gateway.cli(&["sessions", "list", "--json"]))).unwrap();
        list.iter().all(|session| session["ended"].is_string()).then_some(list)
    })
}

/// A real psql, three commands: a result, an effect, an error.
fn psql(gateway: &Gateway) {
    let done = Client::psql(&gateway.door())
        .args(["-c", "SELECT 7 AS id, E'tab\\there' AS name, NULL AS gone"])
        .args(["-c", "CREATE TABLE noted (id int)"])
        .args(["-c", "SELECT * FROM nowhere"])
        .run();
    done.fails_with("relation \"nowhere\" does not exist");
}

#[test]
fn a_session_is_listed_and_shown_whole() {
    let Some((_server, gateway)) = start() else { return };
    psql(&gateway);
    let list = listed(&gateway);
    assert_eq!(list.len(), 1, "{list:?}");
    let session = &list[0];
    for (key, expected) in [("person", "ada"), ("resource", "prod"), ("account", "app"), ("protocol", "postgres")] {
        assert_eq!(session[key], expected, "{session}");
    }
    assert!(session["client"].as_str().unwrap().starts_with("127.0.0.1:"), "{session}");
    assert!(session["began"].as_str() <= session["ended"].as_str(), "{session}");
    assert_eq!((&session["commands"], &session["refusals"]), (&3.into(), &0.into()), "{session}");

    let sid = session["session"].as_str().unwrap();
    let shown = gateway.cli(&["sessions", "show", sid]);
    let text = printed(&shown);
    let fit = String::from_utf8_lossy(&shown.stderr).into_owned();
    assert!(fit.contains("fit together") && !fit.contains("not ended"), "{fit}");
    let time = |key: &str| session[key].as_str().unwrap().to_owned();
    let expected = [
        &format!("{}  began", time("began")),
        "    person    ada (local identity local/ada)",
        "    to        prod (postgres) as app",
        "    let in by access:ada:prod:app",
        "  #1 allowed by access:ada:prod:app",
        "    SELECT 7 AS id, E'tab\\there' AS name, NULL AS gone",
        "  #1 done, 1 row, ",
        "  #2 allowed by access:ada:prod:app",
        "    CREATE TABLE noted (id int)",
        "  #2 done",
        "  #3 allowed by access:ada:prod:app",
        "    SELECT * FROM nowhere",
        "  #3 failed",
        ", code 42P01",
        &format!("{}  ended: ", time("ended")),
        "; 3 commands, ",
    ];
    in_order(&text, &expected);
    assert!(text.contains(&format!("    from      {}", session["client"].as_str().unwrap())), "{text}");
}

/// As it was shown, and nothing else.
#[test]
fn the_responses_stand_as_they_were_shown() {
    let Some((_server, gateway)) = start() else { return };
    psql(&gateway);
    let sid = listed(&gateway)[0]["session"].as_str().unwrap().to_owned();
    let expected = [
        "  #1 done",
        "    | id | name      | gone\n    | ---+-----------+-----\n    | 7  | tab\\there | \\N\n    | SELECT 1\n",
        "  #2 done",
        "    | CREATE TABLE\n",
        "  #3 failed",
        "    | ERROR 42P01: relation \"nowhere\" does not exist\n",
    ];
    in_order(&printed(&gateway.cli(&["sessions", "show", &sid])), &expected);
    let json = printed(&gateway.cli(&["sessions", "show", &sid, "--json"]));
    let records: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let outcome = records.iter().find(|record| record["type"] == "outcome").unwrap();
    assert_eq!(outcome["response"][2], "7  | tab\\there | \\N", "{outcome}");
}

/// Each stands behind the one before it.
fn in_order(text: &str, expected: &[&str]) {
    let mut rest = text;
    for part in expected {
        let at = rest.find(part).unwrap_or_else(|| panic!("no {part:?} in its place in:\n{text}"));
        rest = &rest[at + part.len()..];
    }
}

#[test]
fn the_index_is_derived_and_can_be_made_anew() {
    let Some((_server, gateway)) = start() else { return };
    psql(&gateway);
    let before = listed(&gateway);
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(gateway.data().join(format!("index.db{ending}")));
    }
    assert_eq!(listed(&gateway), before);
    fs::write(gateway.data().join("index.db"), "no index ".repeat(1000)).unwrap();
    let output = gateway.cli(&["sessions", "list"]);
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("signet sessions reindex"));
    printed(&gateway.cli(&["sessions", "reindex"]));
    assert_eq!(listed(&gateway), before);
    Client::psql(&gateway.door()).args(["-c", "SELECT 1"]).run().ok();
    let after = listed(&gateway);
    assert_eq!(after.len(), 2);
    assert_eq!(after[1], before[0], "newest first");
}

#[test]
fn acts_and_reads_of_operators_are_recorded() {
    let Some((_server, gateway)) = start() else { return };
    psql(&gateway);
    let journal = gateway.journal();
    let tokens: Vec<Value> = serde_json::from_str(&printed(&gateway.cli(&["token", "list", "--json"]))).unwrap();
    let id = tokens[0]["id"].as_str().unwrap();
    assert!(journal.find("admin.act", "\"token.create\"").is_some_and(|act| act.line.contains(id)));
    let listed = listed(&gateway);
    let typed = &listed[0]["session"].as_str().unwrap()[..20];
    printed(&gateway.cli(&["sessions", "show", typed]));
    printed(&gateway.cli(&["token", "revoke", id]));
    printed(&gateway.cli(&["log", "--person", "ada"]));
    let journal = gateway.journal();
    assert!(journal.find("evidence.read", "\"session\"").is_some_and(|read| read.line.contains(typed)));
    assert!(journal.find("evidence.read", "\"sessions\"").is_some());
    assert!(journal.find("evidence.read", "\"records\"").is_some_and(|read| read.line.contains("ada")));
    assert!(journal.find("admin.act", "\"token.revoke\"").is_some_and(|act| act.line.contains(id)));
    let token = gateway.door().password;
    assert!(journal.0.iter().all(|record| !record.line.contains(&token)), "a token stands on record");
}

/// Nobody reads what cannot be put on record: here the journal is that of a gateway that does not answer.
#[test]
fn nothing_is_shown_or_done_without_its_record() {
    let Some((_server, mut gateway)) = start() else { return };
    psql(&gateway);
    gateway.kill_hard();
    let keep = gateway.data().join("journal");
    let aside = gateway.data().join("aside");
    fs::rename(&keep, &aside).unwrap();
    fs::write(&keep, "in the way").unwrap();
    let output = gateway.cli(&["token", "create", "ada"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && output.stdout.is_empty(), "{said}");
    assert!(said.contains("nothing was done, because it could not be written down"), "{said}");
    fs::remove_file(&keep).unwrap();
    fs::rename(&aside, &keep).unwrap();
    printed(&gateway.cli(&["token", "create", "ada"]));
    gateway.launch();
    assert_eq!(gateway.journal().of_kind("admin.act").count(), 2);
}

/// Sessions are opened until the tail has one from its beginning: it shows what happens after it was started.
#[test]
fn a_tail_tells_as_it_happens() {
    let Some((_server, gateway)) = start() else { return };
    let (mut tail, lines) = gateway.cli_lines(&["sessions", "tail", "--user", "ada"]);
    let (told, heard) = std::sync::mpsc::channel();
    let listening = std::thread::spawn(move || lines.for_each(|line| drop(told.send(line))));
    let first = until("the tail to tell", Duration::from_secs(30), || {
        Client::psql(&gateway.door()).args(["-c", "SELECT 'mark-tail'"]).run().prints("mark-tail");
        heard.try_iter().find(|line| line.contains("began"))
    });
    assert!(first.contains("ada@prod"), "{first}");
    let expected = ["allowed    #1 SELECT", "outcome    #1 done, 1 row", "ended      "];
    for part in expected {
        let line = heard.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(line.contains("ada@prod") && line.contains(part), "no {part:?} in {line:?}");
        assert_eq!(line.contains("SELECT 'mark-tail'"), part.contains("allowed"), "{line}");
    }
    tail.kill().unwrap();
    tail.wait().unwrap();
    listening.join().unwrap();
    gateway.assert_recorded("evidence.read", "follow");
}
