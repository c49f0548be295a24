//! G2: the end of the journal was torn by a crash, or its middle was damaged. Neither passes in silence.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
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

/// Writes behind the last record: the file is longer than its records, and full of zeros behind them.
fn write_behind(file: &Path, torn: &[u8]) {
    let bytes = fs::read(file).unwrap();
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    File::options().write(true).open(file).unwrap().write_all_at(torn, end.next_multiple_of(64) as u64).unwrap();
}

#[test]
fn a_torn_tail_is_cut_and_said() {
    let Some((_server, mut gateway, file)) = killed() else { return };
    let bytes = fs::read(&file).unwrap();
    // Half of a record, as a loss of power leaves it.
    let frame = bytes.windows(9).position(|window| window == b"{\"body\":{").unwrap();
    write_behind(&file, &bytes[frame - 64..frame + 200]);
    gateway.launch();
    let journal = gateway.journal();
    assert!(journal.find("command", "mark-torn-2").is_some(), "{}", journal.tail(10));
    let recovered = journal.find("gateway.recovered", "").unwrap_or_else(|| panic!("{}", journal.tail(10)));
    assert_ne!(recovered.value["torn_bytes"], 0);
    assert_eq!(recovered.value["sessions"], 1);
    Client::psql(&gateway.door()).args(["-c", "SELECT 'mark-after'"]).run().prints("mark-after");
    gateway.assert_recorded("command", "mark-after");
}

#[test]
fn garbage_behind_the_end_is_cut_and_said() {
    let Some((_server, mut gateway, file)) = killed() else { return };
    write_behind(&file, &[0xaa; 37]);
    gateway.launch();
    assert!(gateway.journal().find("command", "mark-torn-2").is_some());
    assert!(gateway.journal().find("gateway.recovered", "").is_some());
}

#[test]
fn damage_in_the_middle_stops_the_gateway() {
    let Some((_server, gateway, file)) = killed() else { return };
    let mut bytes = fs::read(&file).unwrap();
    let kind = b"\"type\":\"command\"";
    let at = bytes.windows(kind.len()).position(|window| window == kind).expect("a command");
    bytes[at] ^= 1;
    fs::write(&file, bytes).unwrap();
    let said = gateway.launch_fails();
    assert!(said.contains("journal"), "it should say what is damaged:\n{said}");
    let output = gateway.cli(&["log", "--json"]);
    assert!(!output.status.success(), "the damage passed in silence");
}
