//! G2: the end of the journal was torn by a crash, or its middle was damaged. Neither passes in silence.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::harness::wire::Wire;
use crate::harness::{Client, Gateway, Postgres, Setup, direct};

/// A gateway that was killed after it had recorded three commands, and the file that they stand in.
fn killed() -> Option<(Postgres, Gateway, PathBuf)> {
    if direct() {
        return None;
    }
    let server = Postgres::start();
    let mut gateway = Setup::before(&server).start();
    let mut wire = Wire::sign_in(&gateway.door());
    for number in 0..3 {
        wire.query(&format!("SELECT 'mark-torn-{number}'"));
    }
    gateway.kill_hard();
    let file = segments(&gateway.data()).pop().expect("a journal");
    Some((server, gateway, file))
}

/// Files whose name ends in `.journal`, oldest first.
fn segments(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        match entry.is_dir() {
            true => found.extend(segments(&entry)),
            false if entry.extension().is_some_and(|ending| ending == "journal") => found.push(entry),
            false => {}
        }
    }
    found.sort();
    found
}

#[test]
fn a_torn_tail_is_cut_and_said() {
    let Some((_server, mut gateway, file)) = killed() else { return };
    let size = fs::metadata(&file).unwrap().len();
    File::options().write(true).open(&file).unwrap().set_len(size - 5).unwrap();
    gateway.launch();
    let journal = gateway.journal();
    assert!(journal.find("command", "mark-torn-1").is_some(), "{}", journal.tail(10));
    assert!(journal.find("gateway.recovered", "").is_some(), "{}", journal.tail(10));
    Client::psql(&gateway.door()).args(["-c", "SELECT 'mark-after'"]).run().prints("mark-after");
    gateway.assert_recorded("command", "mark-after");
}

#[test]
fn garbage_behind_the_end_is_cut_and_said() {
    let Some((_server, mut gateway, file)) = killed() else { return };
    let mut bytes = fs::read(&file).unwrap();
    bytes.extend([0xaa; 37]);
    fs::write(&file, bytes).unwrap();
    gateway.launch();
    assert!(gateway.journal().find("command", "mark-torn-2").is_some());
    assert!(gateway.journal().find("gateway.recovered", "").is_some());
}

#[test]
fn damage_in_the_middle_stops_the_gateway() {
    let Some((_server, gateway, file)) = killed() else { return };
    let mut bytes = fs::read(&file).unwrap();
    let at = bytes.windows(11).position(|window| window == b"mark-torn-1").expect("the text of the command");
    bytes[at] ^= 1;
    fs::write(&file, bytes).unwrap();
    let said = gateway.launch_fails();
    assert!(said.contains("journal"), "it should say what is damaged:\n{said}");
    let output = gateway.cli(&["log", "--json"]);
    assert!(!output.status.success(), "the damage passed in silence");
}
