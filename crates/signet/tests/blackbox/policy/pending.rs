//! A18: what is sent while an approval is pending keeps its order, and no more of it is taken than the gateway may hold.

use std::io::{ErrorKind, Write};
use std::time::Duration;

use super::{kept, ran, scene, wait_until_ran};
use crate::harness::pipeline::{completed, run, sync, tags};
use crate::harness::wire::query;

/// Several messages behind a held one, in both protocols: none is looked at, let alone forwarded, before the decision.
#[test]
fn a18_what_follows_waits_in_its_order() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.send(&query("INSERT INTO kept VALUES ('delicate-1')"));
    let first = inside.desk.next();
    let insert = |word: &str| format!("INSERT INTO kept VALUES ('{word}')");
    let behind =
        [query(&insert("two")), run(&insert("three")), sync(), query(&insert("delicate-4")), query(&insert("five"))];
    wire.send(&behind.concat());
    inside.desk.assert_empty();
    first.approve();
    for _ in 0..3 {
        assert_eq!(completed(&wire.messages()), ["INSERT 0 1"]);
    }
    let fourth = inside.desk.next();
    server.assert_never_saw("five");
    fourth.reject("not this one");
    assert_eq!(tags(&wire.messages()), "EZ");
    assert_eq!(completed(&wire.messages()), ["INSERT 0 1"]);
    assert_eq!(kept(&server), "delicate-1,five,three,two");
    let journal = inside.journal();
    let decided = journal
        .0
        .iter()
        .filter(|record| matches!(record.kind(), "command" | "refusal") && record.value["phase"] == "run");
    let order: Vec<_> = decided.map(|record| record.value["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(order, ["delicate-1", "two", "three", "delicate-4", "five"].map(insert));
}

/// 24 MiB of commands behind a held one. What the kernel does not keep, the client keeps.
#[test]
fn a18_a_flood_behind_a_held_command_stays_outside() {
    const COMMANDS: usize = 384;
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.send(&query("SELECT 'delicate'"));
    let request = inside.desk.next();
    let padding = " ".repeat(64 * 1024);
    let flood: Vec<u8> = (0..COMMANDS).flat_map(|at| query(&format!("SELECT 'flood-{at:03}'{padding}"))).collect();
    let mut stream = wire.stream().try_clone().unwrap();
    // A write that makes no headway for so long is stuck; one that the gateway took in would never be.
    stream.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
    let mut taken = 0;
    while taken < flood.len() {
        match stream.write(&flood[taken..]) {
            Ok(length) => taken += length,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => break,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(taken < flood.len() * 3 / 4, "{taken} bytes were taken in behind a held command");
    assert_eq!(ran(&server, "flood"), 0);
    request.approve();
    stream.set_write_timeout(None).unwrap();
    let rest = std::thread::spawn(move || stream.write_all(&flood[taken..]).unwrap());
    assert_eq!(tags(&wire.messages()), "TDCZ");
    for at in 0..COMMANDS {
        let messages = wire.messages();
        assert!(messages[1].text().contains(&format!("flood-{at:03}")), "{at}: {:?}", messages[1]);
    }
    rest.join().unwrap();
    assert_eq!(inside.recorded("command", "flood-"), COMMANDS);
    wait_until_ran(&server, "flood-383");
}
