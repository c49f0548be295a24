//! A17, A18, A38: what is recorded is what runs, in the order in which it runs.

use super::scene;
use crate::harness::pipeline::{bind, close_statement, execute, parse, rows, sync};
use crate::harness::wire::Wire;
use crate::harness::{Client, Gateway};

/// The texts of the commands that were to run, in order.
fn recorded(gateway: &Gateway) -> Vec<String> {
    let journal = gateway.journal();
    let run = journal.of_kind("command").filter(|record| record.value["phase"] == "run");
    run.map(|record| record.value["text"].as_str().unwrap_or_default().to_owned()).collect()
}

/// A portal keeps the statement that it was bound to, whatever its name means by now.
#[test]
fn a17_a_statement_replaced_between_bind_and_execute() {
    let Some((server, gateway)) = scene() else { return };
    let mut wire = Wire::sign_in(&gateway.door());
    wire.send(
        &[
            parse("s", "SELECT 'mark-old'"),
            bind("p", "s"),
            close_statement("s"),
            parse("s", "SELECT 'mark-new'"),
            execute("p"),
            bind("", "s"),
            execute(""),
            sync(),
        ]
        .concat(),
    );
    let rows = rows(&wire.messages());
    assert!(rows[0].contains("mark-old") && rows[1].contains("mark-new"), "{rows:?}");
    server.assert_saw("mark-old");
    assert_eq!(recorded(&gateway), ["SELECT 'mark-old'", "SELECT 'mark-new'"]);
}

#[test]
fn a17_the_unnamed_statement_replaced() {
    let Some((_server, gateway)) = scene() else { return };
    let mut wire = Wire::sign_in(&gateway.door());
    wire.send(
        &[
            parse("", "SELECT 'mark-first'"),
            bind("", ""),
            parse("", "SELECT 'mark-second'"),
            execute(""),
            bind("", ""),
            execute(""),
            sync(),
        ]
        .concat(),
    );
    let rows = rows(&wire.messages());
    assert!(rows[0].contains("mark-first") && rows[1].contains("mark-second"), "{rows:?}");
    assert_eq!(recorded(&gateway), ["SELECT 'mark-first'", "SELECT 'mark-second'"]);
}

/// Parsed once, run often: each run has a record of its own.
#[test]
fn a17_every_execute_is_recorded() {
    let Some((_server, gateway)) = scene() else { return };
    let mut wire = Wire::sign_in(&gateway.door());
    wire.send(&parse("s", "SELECT 'mark-again'"));
    for _ in 0..5 {
        wire.send(&[bind("", "s"), execute(""), sync()].concat());
        wire.messages();
    }
    assert_eq!(recorded(&gateway), vec!["SELECT 'mark-again'"; 5]);
}

/// A Parse that fails at the target leaves the older statement of that name alone... or gone; the record says which ran.
#[test]
fn a17_a_failed_parse_of_a_taken_name() {
    let Some((_server, gateway)) = scene() else { return };
    let mut wire = Wire::sign_in(&gateway.door());
    wire.send(&[parse("s", "SELECT 'mark-kept'"), sync()].concat());
    wire.messages();
    wire.send(&[parse("s", "SELECT 'mark-refused'"), sync()].concat());
    let messages = wire.messages();
    assert!(messages.iter().any(|message| message.field(b'C').as_deref() == Some("42P05")), "{messages:?}");
    wire.send(&[bind("", "s"), execute(""), sync()].concat());
    assert!(rows(&wire.messages())[0].contains("mark-kept"));
    assert_eq!(recorded(&gateway), ["SELECT 'mark-kept'"]);
}

/// A long pipeline in one write: answers and records in its order, and after an error nothing runs until Sync.
#[test]
fn a18_a_pipeline_keeps_its_order() {
    let Some((server, gateway)) = scene() else { return };
    let mut wire = Wire::sign_in(&gateway.door());
    let one = |sql: &str| [parse("", sql), bind("", ""), execute("")].concat();
    let mut bytes: Vec<u8> = (0..300).flat_map(|number| one(&format!("SELECT 'mark-{number:03}'"))).collect();
    bytes.extend(one("SELECT 1 / 0"));
    bytes.extend(one("SELECT 'mark-skipped'"));
    bytes.extend(sync());
    bytes.extend(one("SELECT 'mark-last'"));
    bytes.extend(sync());
    wire.send(&bytes);
    let first = wire.messages();
    assert_eq!(rows(&first).len(), 300);
    assert!(rows(&first).iter().enumerate().all(|(at, row)| row.contains(&format!("mark-{at:03}"))));
    assert!(first.iter().any(|message| message.field(b'C').as_deref() == Some("22012")));
    assert!(rows(&wire.messages())[0].contains("mark-last"));
    server.assert_never_saw("execute <unnamed>: SELECT 'mark-skipped'");
    let texts: Vec<_> = recorded(&gateway).into_iter().filter(|text| text.contains("mark-")).collect();
    assert!(texts.is_sorted_by_key(|text| text.replace("skipped", "398").replace("last", "399")), "{texts:?}");
}

/// The dangerous part stands behind a mebibyte of comment: the record holds all of it, or the command is refused.
#[test]
fn a38_the_end_of_a_long_statement_counts() {
    let Some((server, gateway)) = scene() else { return };
    Client::psql(&gateway.door()).args(["-c", "CREATE TABLE victim (id int)"]).run().ok();
    let mut wire = Wire::sign_in(&gateway.door());
    let sql = format!("/* {} */ DROP TABLE victim /* mark-end */", "x".repeat(1 << 20));
    let messages = wire.query(&sql);
    let done = messages.iter().any(|message| message.tag == b'C');
    let (kind, seen) = (if done { "command" } else { "refusal" }, server.log().contains("mark-end"));
    assert_eq!(done, seen, "answered {messages:?}");
    gateway.assert_recorded(kind, "mark-end");
    let journal = gateway.journal();
    let record = journal.find(kind, "mark-end").unwrap();
    assert_eq!(record.value["verb"], "ddl", "read by its beginning alone: {:.200}", record.line);
}
