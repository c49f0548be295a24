//! Nothing is done before it is written down: by the gateway when one runs, else by the command.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixListener;
use std::thread::JoinHandle;

use evidence::Places;
use serde_json::Value;

use super::Place;

/// All records in the journal of a place.
fn records(place: &Place) -> Vec<Value> {
    let entries = evidence::read(&Places::of(&place.path().join("data"))).unwrap();
    entries.map(|entry| entry.unwrap().view.into()).collect()
}

fn kinds(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["type"].as_str().unwrap()).collect()
}

/// Stands in for a running gateway: gives each answer once, and then what was asked.
fn gateway(place: &Place, answers: &'static [&'static str]) -> JoinHandle<Vec<Value>> {
    let listener = UnixListener::bind(place.path().join("data/control.sock")).unwrap();
    std::thread::spawn(move || {
        let asked = answers.iter().map(|answer| {
            let (mut stream, _) = listener.accept().unwrap();
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).unwrap();
            writeln!(stream, "{answer}").unwrap();
            serde_json::from_str(&line).unwrap()
        });
        asked.collect()
    })
}

fn tokens(place: &Place) -> Vec<Value> {
    serde_json::from_str(&place.signet(&["token", "list", "--json"]).ok()).unwrap()
}

#[test]
fn without_a_gateway_the_command_writes_a_run_of_its_own() {
    let place = Place::new();
    let made: Value = serde_json::from_str(&place.signet(&["token", "create", "ada", "--json"]).ok()).unwrap();
    place.signet(&["token", "revoke", made["id"].as_str().unwrap()]).ok();
    let records = records(&place);
    let run = ["gateway.started", "admin.act", "gateway.stopped"];
    let kinds: Vec<_> = kinds(&records).into_iter().filter(|kind| run.contains(kind)).collect();
    assert_eq!(kinds, [run, run].concat());
    let acts: Vec<_> = records.iter().filter(|record| record["type"] == "admin.act").collect();
    assert_eq!((acts[0]["act"].as_str(), acts[1]["act"].as_str()), (Some("token.create"), Some("token.revoke")));
    assert_eq!(acts[0]["details"]["token"], made["id"]);
    assert_eq!((&acts[0]["details"]["person"], &acts[0]["details"]["expires"]), (&"ada".into(), &made["expires"]));
    assert_eq!(acts[0]["by"]["uid"], fs::metadata("/proc/self").unwrap().uid());
    let secret = made["token"].as_str().unwrap();
    assert!(records.iter().all(|record| !record.to_string().contains(secret)), "the token itself is on record");
}

#[test]
fn a_running_gateway_writes_it_down() {
    let place = Place::new();
    let gateway = gateway(&place, &[r#"{"recorded":5}"#]);
    let made: Value = serde_json::from_str(&place.signet(&["token", "create", "ada", "--json"]).ok()).unwrap();
    let asked = gateway.join().unwrap();
    assert_eq!((&asked[0]["deed"], &asked[0]["what"]), (&"act".into(), &"token.create".into()));
    assert_eq!(asked[0]["details"]["token"], made["id"]);
    assert!(!asked[0].to_string().contains(made["token"].as_str().unwrap()));
    assert!(!place.path().join("data/journal").exists(), "the command opened the journal of a running gateway");
}

#[test]
fn what_is_not_written_down_is_not_done() {
    let place = Place::new();
    let refusing = gateway(&place, &[r#"{"refused":"the journal takes no records"}"#, "nonsense"]);
    let why =
        "nothing was done, because it could not be written down: the gateway refused: the journal takes no records";
    place.signet(&["token", "create", "ada"]).fails(1, why);
    place.signet(&["token", "create", "ada"]).fails(1, "answer is not understood");
    refusing.join().unwrap();
    assert!(tokens(&place).is_empty(), "a token was made without its record");

    fs::write(place.path().join("data/journal"), "in the way").unwrap();
    place.signet(&["token", "create", "ada"]).fails(1, "nothing was done, because it could not be written down: ");
    assert!(tokens(&place).is_empty(), "a token was made without its record");
    fs::remove_file(place.path().join("data/journal")).unwrap();

    let made: Value = serde_json::from_str(&place.signet(&["token", "create", "ada", "--json"]).ok()).unwrap();
    fs::remove_dir_all(place.path().join("data/journal")).unwrap();
    fs::write(place.path().join("data/journal"), "in the way").unwrap();
    place.signet(&["token", "revoke", made["id"].as_str().unwrap()]).fails(1, "nothing was done");
    assert_eq!(tokens(&place)[0]["state"], "live");
}
