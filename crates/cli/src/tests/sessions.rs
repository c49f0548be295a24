//! `signet sessions`, over a journal that the real writer wrote.

use std::fs;

use serde_json::{Value, json};

use super::Place;
use super::logging::place;

const ADA: &str = "01000000-0000-0000-0000-000000000000";

fn listed(place: &Place, words: &[&str]) -> Vec<Value> {
    let out = place.signet(&[&["sessions", "list", "--json"], words].concat()).ok();
    serde_json::from_str(&out).unwrap()
}

fn people(place: &Place, words: &[&str]) -> Vec<String> {
    listed(place, words).iter().map(|session| session["person"].as_str().unwrap().to_owned()).collect()
}

/// Records of a type, as `signet log` prints them.
fn records(place: &Place, kind: &str) -> Vec<Value> {
    let out = place.signet(&["log", "--json", "--type", kind]).ok();
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn sessions_are_listed_newest_first() {
    let place = place();
    let list = listed(&place, &[]);
    assert_eq!(list.len(), 2, "{list:?}");
    let expected = json!({
        "session": ADA, "person": "ada", "client": "192.0.2.1:5", "resource": "prod", "account": "app",
        "database": "main", "protocol": "toy", "began": "2026-07-01T12:00:01.000Z", "ended": "2026-07-01T12:00:07.000Z",
        "cause": "client left", "commands": 1, "refusals": 0,
    });
    assert_eq!(list[1], expected);
    assert_eq!((&list[0]["person"], &list[0]["refusals"]), (&"grace".into(), &1.into()));
    let out = place.signet(&["sessions", "list"]).ok();
    let line = "01000000-0000-0000-0000-000000000000  2026-07-01T12:00:01Z  ada@prod          as app from 192.0.2.1:5, \
                database main  1 command, 0 refused  ended 2026-07-01T12:00:07Z: client left";
    assert_eq!(out.lines().nth(1), Some(line), "{out}");
}

#[test]
fn lists_are_narrowed() {
    let place = place();
    assert_eq!(people(&place, &["--user", "ada"]), ["ada"]);
    assert_eq!(people(&place, &["--resource", "dev"]), [""; 0]);
    assert_eq!(people(&place, &["--since", "2026-07-01T12:00:02Z"]), ["grace"]);
    assert_eq!(people(&place, &["--until", "2026-07-01T12:00:02Z"]), ["ada"]);
    assert_eq!(people(&place, &["--open"]), [""; 0]);
    assert_eq!(people(&place, &["--limit", "1"]), ["grace"]);
    place.signet(&["sessions", "list", "--until", "soon"]).fails(2, "--until does not understand");
    let done = place.signet(&["sessions", "list", "--limit", "1"]);
    assert!(done.err.contains("there may be more"), "{done:?}");
}

#[test]
fn a_session_is_shown_whole() {
    let place = place();
    let done = place.signet(&["sessions", "show", "01"]);
    let expected = "\
2026-07-01T12:00:01.000Z  began
    person    ada (local identity local/ada)
    proved by t1
    from      192.0.2.1:5, without TLS
    to        prod (toy) as app
    database  main
    program   psql
    let in by local-access (policy version 1)
2026-07-01T12:00:02.000Z  #1 allowed by no policy (policy version 1)
    INSERT
    1 \\u{1b}[2J
2026-07-01T12:00:04.000Z  #1 done, 1 row, 12 bytes shown
    | (the response of 12 bytes was not recorded)
2026-07-01T12:00:07.000Z  ended: client left; 1 command, 4 records
";
    assert_eq!(done.out, expected, "{done:?}");
    assert_eq!(done.err, format!("the records of session {ADA} fit together\n"));
    let json = place.signet(&["sessions", "show", ADA, "--json"]).ok();
    let records: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len(), 4);
    assert_eq!((&records[1]["text"], &records[0]["principal"]["name"]), (&"INSERT\n1 \u{1b}[2J".into(), &"ada".into()));
    assert_eq!(records[2]["response"], json!(["(the response of 12 bytes was not recorded)"]));
}

#[test]
fn what_is_not_there_is_said() {
    let place = place();
    place.signet(&["sessions", "show", "03"]).fails(4, "there is no session \"03\"");
    place.signet(&["sessions", "show", "0"]).fails(2, "more than one session begins with \"0\"");
    place.signet(&["sessions", "show", "%"]).fails(4, "there is no session");
    Place::new().signet(&["sessions", "list"]).fails(4, "there is no journal");
}

#[test]
fn the_index_follows_and_can_be_made_anew() {
    let place = place();
    let before = listed(&place, &[]);
    fs::remove_file(place.path().join("data/index.db")).unwrap();
    assert_eq!(listed(&place, &[]), before);
    fs::write(place.path().join("data/index.db"), "no index ".repeat(1000)).unwrap();
    place
        .signet(&["sessions", "list"])
        .fails(1, "hint: It is derived from the log; to make it anew: signet sessions reindex.");
    assert!(place.signet(&["sessions", "reindex"]).err.contains("the index was made anew from"));
    assert_eq!(listed(&place, &[]), before);
}

#[test]
fn reading_is_recorded_before_anything_is_shown() {
    let place = place();
    place.signet(&["sessions", "list", "--user", "ada", "--open"]).ok();
    place.signet(&["sessions", "show", "01"]).ok();
    place.signet(&["sessions", "show", "03"]).fails(4, "there is no session");
    let reads = records(&place, "evidence.read");
    let told: Vec<_> = reads.iter().map(|read| (read["what"].as_str().unwrap(), &read["details"])).collect();
    let listed = json!({ "user": "ada", "open": "true" });
    let (shown, sought) = (json!({ "session": "01" }), json!({ "session": "03" }));
    let logged = json!({ "type": "evidence.read" });
    assert_eq!(told, [("sessions", &listed), ("session", &shown), ("session", &sought), ("records", &logged)]);
    assert!(reads.iter().all(|read| read["by"]["uid"].is_u64()));
    let journal = place.path().join("data/journal");
    fs::rename(&journal, place.path().join("data/aside")).unwrap();
    fs::write(&journal, "in the way").unwrap();
    let index = place.path().join("data/index.db");
    fs::remove_file(&index).unwrap();
    let show = ["sessions", "show", "01"];
    for words in [&["sessions", "list"][..], &show, &["sessions", "tail"], &["sessions", "reindex"], &["log"]] {
        place.signet(words).fails(1, "nothing is shown, because it could not be written down");
    }
    assert!(!index.exists(), "evidence was opened for the index, and that is not on record");
}

#[test]
fn a_log_that_is_another_one_now_is_noticed() {
    let (place, other) = (place(), Place::new());
    assert_eq!(listed(&place, &[]).len(), 2);
    let records = |place: &Place| evidence::read(&evidence::Places::of(&place.path().join("data"))).unwrap().count();
    while records(&other) <= records(&place) {
        other.signet(&["token", "create", "ada"]).ok();
    }
    for folder in ["journal", "log", "keys", "signer"] {
        let _ = fs::remove_dir_all(place.path().join("data").join(folder));
        let _ = fs::rename(other.path().join("data").join(folder), place.path().join("data").join(folder));
    }
    assert!(listed(&place, &[]).is_empty(), "the index still tells of the log that was there before");
}
