//! The JSON Schema of the records: every record of the story satisfies it, and what the verifiers call malformed does not.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::forge::sequence;
use crate::scene::{Scene, repository};

/// What a validator says about records, one a line.
fn complaints(records: &[Vec<u8>]) -> String {
    let mut validator = Command::new("/usr/bin/python3")
        .arg(repository().join("crates/verify/tests/python/schema.py"))
        .arg(repository().join("docs/evidence-record.schema.json"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    validator.stdin.take().unwrap().write_all(&records.join(&b'\n')).unwrap();
    let output = validator.wait_with_output().unwrap();
    assert!(output.status.success(), "python3-jsonschema is missing: run scripts/setup.sh test");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn records_of_every_type_satisfy_the_schema() {
    let mut scene = Scene::new();
    scene.entries[5].force("mode", crate::forge::text("async"));
    let kinds: BTreeSet<&str> = scene.entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds.len(), 22 + 1, "all types, and one that is not known");
    let leaves: Vec<_> = sequence(&scene.entries).into_iter().map(|leaf| leaf.bytes).collect();
    assert_eq!(complaints(&leaves), "");
}

#[test]
fn other_records_do_not() {
    let scene = Scene::new();
    let leaf = String::from_utf8(scene.leaves[3].bytes.clone()).unwrap();
    let wrong = [
        ("\"v\":1", "\"v\":1,\"w\":1"),
        ("\"v\":1", "\"v\":2"),
        ("\"mono\":", "\"nomo\":"),
        ("\"ss\":2", "\"ss\":1"),
        ("\"ss\":2", "\"ss\":0"),
        ("\"prev\":\"", "\"prev\":\"A"),
        ("\"command\":1", "\"command\":\"1\""),
        ("\"certainty\":\"full\"", "\"certainty\":\"sure\""),
        ("\"sid\":\"0", "\"sid\":\"X"),
        ("\"size\":80", "\"size\":8"),
        ("\"type\":\"command\"", "\"type\":\"session.start\""),
        ("\"type\":\"command\"", "\"type\":\"outcome\""),
        ("\"stream\":0,", ""),
        ("\"stream\"", "\"Stream\""),
    ];
    let changed = wrong.map(|(from, to)| {
        assert!(leaf.contains(from), "{from} in {leaf}");
        leaf.replacen(from, to, 1).into_bytes()
    });
    let said = complaints(&changed);
    let named: BTreeSet<usize> = said.lines().map(|line| line.split(' ').next().unwrap().parse().unwrap()).collect();
    let silent: Vec<_> =
        (0..wrong.len()).filter(|number| !named.contains(number)).map(|number| wrong[number]).collect();
    assert!(silent.is_empty(), "the schema allows {silent:?}");
}
