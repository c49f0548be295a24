//! Attacks on what records say, by somebody who has the key: the tree is right, the records are not.

use crate::cases::{Case, run};
use crate::forge::{Entry, SECOND_GATEWAY, Value, int, list, map, session, text};
use crate::scene::Scene;

/// Somewhere in the middle of a session.
pub const COMMAND: usize = 3;

/// Writes a field of a leaf otherwise.
fn force(scene: &mut Scene, seq: usize, key: &'static str, value: Value) {
    scene.entries[seq].force(key, value);
    scene.forge();
}

/// Writes a field of a body otherwise.
pub fn set(scene: &mut Scene, seq: usize, key: &'static str, value: Value) {
    scene.entries[seq].set(key, value);
    scene.forge();
}

fn insert(scene: &mut Scene, seq: usize, entry: Entry) {
    scene.entries.insert(seq, entry);
    scene.forge();
}

pub fn last_heads(scene: &Scene) -> usize {
    scene.entries.iter().rposition(|entry| entry.kind == "heads").unwrap()
}

fn numbered(kind: &'static str, sid: &str, command: u64) -> Entry {
    Entry::new(kind, sid, vec![("command", int(command)), ("stream", int(0)), ("status", text("done"))])
}

const CASES: &[Case] = &[
    Case {
        name: "46: a record of another log",
        code: 10,
        says: "TAMPERED: record 3: is of the log \"signet.test/other\"",
        attack: |scene| force(scene, COMMAND, "log", text("signet.test/other")),
    },
    Case {
        name: "26: a position of the log twice",
        code: 10,
        says: "says that it is record 2",
        attack: |scene| force(scene, COMMAND, "seq", int(2)),
    },
    Case {
        name: "26: a chain that ended begins again",
        code: 10,
        says: "ended before it",
        attack: |scene| {
            let again: Vec<Entry> = scene.entries.iter().filter(|entry| entry.sid == session(2)).cloned().collect();
            scene.entries.extend(again);
            scene.forge();
        },
    },
    Case {
        name: "26: a session begins twice",
        code: 10,
        says: "session.start cannot be number 2 of a chain",
        attack: |scene| {
            let at = scene.find("session.start", &session(30));
            let mut again = scene.entries[at].clone();
            again.payloads.clear();
            insert(scene, at + 1, again);
        },
    },
    Case {
        name: "23: time goes back",
        code: 10,
        says: "its time is before that of the record before it",
        attack: |scene| force(scene, 400, "ts", int(1_600_000_000_000_000)),
    },
    Case {
        name: "23: a time that no clock showed",
        code: 10,
        says: "`ts` is neither",
        attack: |scene| force(scene, 100, "wall", int(1_600_000_000_000_000)),
    },
    Case {
        name: "23: the clock was set back, and that was said",
        code: 0,
        says: "the clock was set back by -5000000 us",
        attack: |_| {},
    },
    Case {
        name: "51: ten minutes of silence",
        code: 0,
        says: "note: record 400: 10 minutes without a record before it",
        attack: |scene| {
            // The clock was set back five seconds before.
            scene.entries[400].later_us = 610_000_000;
            scene.forge();
        },
    },
    Case {
        name: "a position of the chain left out",
        code: 20,
        says: "INCOMPLETE: record 566: records",
        attack: |scene| force(scene, 566, "ss", int(60)),
    },
    Case {
        name: "a position of the chain twice",
        code: 10,
        says: "TAMPERED: record 566: is number 3 of chain",
        attack: |scene| force(scene, 566, "ss", int(3)),
    },
    Case {
        name: "another hash of the record before",
        code: 10,
        says: "`prev` is not the hash",
        attack: |scene| force(scene, 566, "prev", text("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")),
    },
    Case {
        name: "a record behind the end of its chain",
        code: 10,
        says: "ended before it",
        attack: |scene| {
            let at = scene.find("session.end", &session(30));
            let mut late = Entry::new("cancel", &session(30), vec![]);
            late.force("ss", int(15));
            late.force("prev", text("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
            insert(scene, at + 1, late);
        },
    },
    Case {
        name: "a record that cannot begin a chain",
        code: 10,
        says: "command cannot be number 1 of a chain",
        attack: |scene| insert(scene, 400, numbered("command", &session(99), 1)),
    },
    Case {
        name: "a session's record in the gateway's chain",
        code: 10,
        says: "cancel does not belong in chain",
        attack: |scene| insert(scene, 400, Entry::new("cancel", SECOND_GATEWAY, vec![])),
    },
    Case {
        name: "the gateway's record in a session",
        code: 10,
        says: "gateway.stopped does not belong in chain",
        attack: |scene| {
            let at = scene.find("command", &session(30));
            insert(scene, at, Entry::new("clock.step", &session(30), vec![("by_us", int(1))]));
            let stopped = Entry::new("gateway.stopped", &session(30), vec![("cause", text("stopped"))]);
            insert(scene, at, stopped);
        },
    },
    Case {
        name: "the log does not begin with its first record",
        code: 10,
        says: "TAMPERED: record 0: the first record of a log is log.genesis",
        attack: |scene| {
            scene.entries.remove(0);
            scene.forge();
        },
    },
    Case {
        name: "the first record again",
        code: 10,
        says: "log.genesis cannot be number",
        attack: |scene| {
            let again = Entry { sid: SECOND_GATEWAY.to_owned(), ..scene.entries[0].clone() };
            insert(scene, 400, again);
        },
    },
    Case {
        name: "the gateway starts twice in one run",
        code: 10,
        says: "gateway.started cannot be number",
        attack: |scene| insert(scene, 400, Entry::new("gateway.started", SECOND_GATEWAY, vec![])),
    },
    Case {
        name: "the first record names another key",
        code: 10,
        says: "TAMPERED: record 0: names another key",
        attack: |scene| set(scene, 0, "key", text("signet.test/log+00000000+AAAA")),
    },
    Case {
        name: "12: sessions of an actor left out of the count",
        code: 20,
        says: "6 sessions of actor",
        attack: |scene| {
            let at = scene.find("session.start", &session(41));
            force(scene, at, "nth", map(vec![("actor", int(27)), ("resource", int(14))]));
            let body = vec![("part", int(1)), ("parts", int(1)), ("actors", list(vec![])), ("resources", list(vec![]))];
            let heads = last_heads(scene);
            scene.entries.remove(heads);
            scene.entries[heads - 1].body = body;
            scene.forge();
        },
    },
    Case {
        name: "a session counted twice",
        code: 10,
        says: "says session 1 of resource",
        attack: |scene| {
            let at = scene.find("session.start", &session(41));
            force(scene, at, "nth", map(vec![("actor", int(21)), ("resource", int(1))]));
        },
    },
    Case {
        name: "an outcome without a command",
        code: 10,
        says: "is the outcome of command 9, and no such command is running",
        attack: |scene| {
            let at = scene.find("session.end", &session(30));
            insert(scene, at, numbered("outcome", &session(30), 9));
        },
    },
    Case {
        name: "two outcomes of one command",
        code: 10,
        says: "is the outcome of command 6",
        attack: |scene| {
            let at = scene.find("session.end", &session(30));
            insert(scene, at, numbered("outcome", &session(30), 6));
        },
    },
    Case {
        name: "a command that begins twice",
        code: 10,
        says: "command 1 of its session is running already",
        attack: |scene| {
            let at = scene.find("outcome", &session(30));
            insert(scene, at, numbered("command", &session(30), 1));
        },
    },
    Case {
        name: "a command without an outcome",
        code: 20,
        says: "ends a session whose command 6 has no outcome",
        attack: |scene| {
            let at = scene.find("session.end", &session(30));
            scene.entries.remove(at - 1);
            scene.forge();
        },
    },
    Case {
        name: "an end that counts other commands",
        code: 10,
        says: "says 5 commands where there are 6",
        attack: |scene| {
            let at = scene.find("session.end", &session(30));
            set(scene, at, "commands", int(5));
        },
    },
    Case {
        name: "an end that counts other records",
        code: 10,
        says: "says 13 records where there are 14",
        attack: |scene| {
            let at = scene.find("session.end", &session(30));
            set(scene, at, "records", int(13));
        },
    },
    Case {
        name: "a record of a newer version",
        code: 20,
        says: "what 1 records of a newer version mean",
        attack: |scene| {
            scene.entries[300].force("v", int(2));
            scene.entries[300].force("wholly", text("new"));
            let kind = scene.entries[300].kind;
            assert_eq!(kind, "outcome");
            scene.forge();
        },
    },
    Case {
        name: "a record of a newer version that is not the next of its chain",
        code: 10,
        says: "TAMPERED: record 300: `prev`",
        attack: |scene| {
            scene.entries[300].force("v", int(2));
            force(scene, 300, "prev", text("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
        },
    },
];

#[test]
fn attacks_on_records() {
    run(CASES);
}

/// 50: what the log says cannot steer the terminal of who reads it.
#[test]
fn text_of_the_log_is_shown_harmless() {
    let evil = "\u{1b}[2J\u{202e}<script>\u{9b}31m\r\n=1+1";
    let mut scene = Scene::new();
    scene.entries[566].set("reason", text(evil));
    scene.entries[565].kind = Box::leak(format!("later{evil}").into_boxed_str());
    scene.entries[0].force("log", text(evil));
    let at = scene.find("session.start", &session(41));
    scene.entries[at].force("nth", map(vec![("actor", int(1)), ("resource", int(1))]));
    scene.entries[at].set("actor", text(evil));
    scene.forge();
    scene.arguments.push("--json".to_owned());
    for json in [true, false] {
        for verdict in [scene.rust(), scene.python()] {
            assert_eq!(verdict.code, 10, "{verdict:#?}");
            assert!(verdict.said.contains("1b"), "the text is not shown at all: {verdict:#?}");
            let harmful = |letter: char| (letter.is_control() && letter != '\n') || letter == '\u{202e}';
            assert!(!verdict.said.contains(harmful), "json {json}: {verdict:#?}");
        }
        scene.arguments.retain(|argument| argument != "--json");
    }
}
