//! Records that cannot stand where they stand: in a chain before its beginning, outside of a run, of a command that is not open.

use crate::cases::{Case, run};
use crate::forge::{Entry, GATEWAY, SECOND_GATEWAY, int, session, text};
use crate::records::set;
use crate::scene::Scene;

fn of(kind: &'static str, number: u64, command: u64) -> Entry {
    let body = vec![("command", int(command)), ("stream", int(0)), ("part", int(1)), ("how", text("approved"))];
    Entry::new(kind, &session(number), body)
}

/// Puts entries before the end of session 30.
fn late(scene: &mut Scene, entries: Vec<Entry>) {
    let at = scene.find("session.end", &session(30));
    scene.entries.splice(at..at, entries);
    scene.forge();
}

fn outcome(command: u64) -> Entry {
    let mut entry = of("outcome", 30, command);
    entry.set("status", text("done"));
    entry
}

const CASES: &[Case] = &[
    Case {
        name: "an unknown type begins a chain",
        code: 10,
        says: "TAMPERED: record 400: a type that is not known here cannot be number 1 of a chain",
        attack: |scene| {
            scene.entries.insert(400, Entry::new("session.began", &session(99), vec![]));
            scene.forge();
        },
    },
    Case {
        name: "a session of no run",
        code: 10,
        says: "begins in the run 01970000-0000-7000-9000-000000000063, and no such run of the gateway is open",
        attack: |scene| {
            let at = scene.find("session.start", &session(41));
            set(scene, at, "run", text(&session(99)));
        },
    },
    Case {
        name: "a session of a session",
        code: 10,
        says: "no such run of the gateway is open",
        attack: |scene| {
            let at = scene.find("session.start", &session(41));
            set(scene, at, "run", text(&session(41)));
        },
    },
    Case {
        name: "a session of a run that ended",
        code: 10,
        says: "no such run of the gateway is open",
        attack: |scene| {
            let at = scene.find("session.start", &session(41));
            set(scene, at, "run", text(GATEWAY));
        },
    },
    Case {
        name: "a session that names no run",
        code: 50,
        says: "`body.run` is missing or not of its form",
        attack: |scene| {
            let at = scene.find("session.start", &session(41));
            set(scene, at, "run", int(1));
        },
    },
    Case {
        name: "a crash that leaves a session open",
        code: 10,
        says: "ends a run of the gateway with 1 sessions open",
        attack: |scene| {
            let at = scene.find("gateway.stopped", GATEWAY);
            // Before what ends the session that the crash cut.
            let stopped = scene.entries.remove(at);
            scene.entries.insert(at - 2, stopped);
            scene.forge();
        },
    },
    Case {
        name: "a session that did not end in time when the gateway stopped",
        code: 0,
        says: "ends a run of the gateway with 1 sessions open",
        attack: |scene| {
            scene.entries.push(Entry::new("gateway.stopped", SECOND_GATEWAY, vec![("cause", text("stopped"))]));
            scene.forge();
        },
    },
    Case {
        name: "a part of a result of no command",
        code: 10,
        says: "is of command 9, and no such command is running",
        attack: |scene| late(scene, vec![of("result.part", 30, 9)]),
    },
    Case {
        name: "progress of a command that has its outcome",
        code: 10,
        says: "is of command 6, and no such command is running",
        attack: |scene| late(scene, vec![of("progress", 30, 6)]),
    },
    Case {
        name: "the end of no hold",
        code: 10,
        says: "ends the hold of command 9, and no such command is held",
        attack: |scene| late(scene, vec![of("hold.end", 30, 9)]),
    },
    Case {
        name: "a command number used twice",
        code: 10,
        says: "command 6 of its session was there before",
        attack: |scene| late(scene, vec![of("command", 30, 6), outcome(6)]),
    },
    Case {
        name: "a command number used twice after it was approved",
        code: 10,
        says: "command 7 of its session was there before",
        attack: |scene| {
            let once = [of("command", 30, 7), outcome(7)];
            let held = vec![of("hold", 30, 7), of("hold.end", 30, 7)];
            late(scene, [held, once.to_vec(), once.to_vec()].concat());
        },
    },
    Case {
        name: "a hold of a number that was there before",
        code: 10,
        says: "command 6 of its session was there before",
        attack: |scene| late(scene, vec![of("hold", 30, 6)]),
    },
    Case {
        name: "a command that was held and not approved",
        code: 10,
        says: "command 7 of its session was there before",
        attack: |scene| {
            let mut end = of("hold.end", 30, 7);
            end.set("how", text("rejected"));
            late(scene, vec![of("hold", 30, 7), end, of("command", 30, 7), outcome(7)]);
        },
    },
    Case {
        name: "an approved command between others",
        code: 0,
        says: "",
        attack: |scene| {
            let others = [of("hold", 30, 7), of("command", 30, 8), outcome(8), of("hold.end", 30, 7)];
            late(scene, [others.to_vec(), vec![of("command", 30, 7), outcome(7)]].concat());
        },
    },
    Case {
        name: "a status that is none",
        code: 50,
        says: "`body.status` is missing or not of its form",
        attack: |scene| {
            let at = scene.find("outcome", &session(30));
            set(scene, at, "status", text("banana"));
        },
    },
    Case {
        name: "an end of a hold that is none",
        code: 50,
        says: "`body.how` is missing or not of its form",
        attack: |scene| {
            let at = scene.find("hold.end", &session(22));
            set(scene, at, "how", text("banana"));
        },
    },
];

#[test]
fn attacks_on_beginnings_and_ends() {
    run(CASES);
}
