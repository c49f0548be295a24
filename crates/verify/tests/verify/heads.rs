//! Heads that contradict the chains.

use crate::cases::{Case, run};
use crate::forge::{GATEWAY, int, list, map, session, text};
use crate::records::{last_heads, set};

const CASES: &[Case] = &[
    Case {
        name: "heads that name no chain",
        code: 10,
        says: "names 0 open chains where there are",
        attack: |scene| {
            let at = last_heads(scene);
            scene.entries[at - 1].set("open", list(vec![]));
            set(scene, at, "open", list(vec![]));
        },
    },
    Case {
        name: "heads that name a chain that ended",
        code: 10,
        says: "which is not open",
        attack: |scene| {
            let at = last_heads(scene);
            let head = ("head", text("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
            set(scene, at, "open", list(vec![map(vec![head, ("sid", text(&session(40))), ("ss", int(14))])]));
        },
    },
    Case {
        name: "heads that count other records",
        code: 10,
        says: "records of chain",
        attack: |scene| {
            let at = last_heads(scene);
            let head = ("head", text("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
            set(scene, at, "open", list(vec![map(vec![head, ("sid", text(&session(41))), ("ss", int(3))])]));
        },
    },
    Case {
        name: "heads with another hash",
        code: 10,
        says: "has another hash for the head of chain",
        attack: |scene| {
            let at = last_heads(scene);
            let head = ("head", text("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
            set(scene, at, "open", list(vec![map(vec![head, ("sid", text(&session(41))), ("ss", int(2))])]));
        },
    },
    Case {
        name: "heads that count other sessions",
        code: 10,
        says: "sessions of \"prod\" in resources where there are",
        attack: |scene| {
            let at = last_heads(scene);
            set(scene, at, "resources", list(vec![map(vec![("id", text("prod")), ("sessions", int(3))])]));
        },
    },
    Case {
        name: "heads with a list out of order",
        code: 10,
        says: "twice or out of order in resources",
        attack: |scene| {
            let at = last_heads(scene);
            let of = |id: &str, sessions| map(vec![("id", text(id)), ("sessions", int(sessions))]);
            set(scene, at, "resources", list(vec![of("staging", 14), of("prod", 13)]));
        },
    },
    Case {
        name: "heads with a list that is none",
        code: 50,
        says: "`body.actors` is not of its form",
        attack: |scene| {
            let at = last_heads(scene);
            set(scene, at, "actors", list(vec![int(1)]));
        },
    },
    Case {
        name: "heads without their last part",
        code: 10,
        says: "stands where the next part of the heads must stand",
        attack: |scene| {
            let at = last_heads(scene);
            scene.entries.remove(at);
            scene.forge();
        },
    },
    Case {
        name: "heads without their first part",
        code: 10,
        says: "part 2 of 2 of the heads is out of place",
        attack: |scene| {
            let at = last_heads(scene);
            let body = vec![("open", list(vec![])), ("actors", list(vec![])), ("resources", list(vec![]))];
            scene.entries[at].body.extend(body);
            scene.entries.remove(at - 1);
            scene.forge();
        },
    },
    Case {
        name: "heads cut by a crash",
        code: 0,
        says: "",
        attack: |scene| {
            let at = scene.entries.iter().rposition(|entry| entry.kind == "heads" && entry.sid == GATEWAY).unwrap();
            scene.entries.remove(at);
            scene.forge();
        },
    },
];

#[test]
fn attacks_on_heads() {
    run(CASES);
}
