//! Attacks by somebody who has the key and signs anew: what contradicts itself is found, the rest needs a pin.

use tlog::json;

use crate::cases::{Case, run};
use crate::forge::{Body, Value, session};
use crate::scene::Scene;

/// A value that lives as long as the test.
fn kept(value: &json::Value<'_>) -> Value {
    match value {
        json::Value::Object(members) => {
            let members = members.iter().map(|(key, value)| (&*key.to_string().leak(), kept(value)));
            Value::Object(members.map(|(key, value)| (key as &'static str, value)).collect())
        }
        json::Value::Array(values) => Value::Array(values.iter().map(kept).collect()),
        json::Value::String(text) => Value::String(text.to_string().into()),
        json::Value::Integer(integer) => Value::Integer(*integer),
        json::Value::Bool(truth) => Value::Bool(*truth),
    }
}

/// A field of the record as it was first signed.
fn was(scene: &Scene, seq: usize, key: &str) -> Value {
    kept(json::parse(&scene.leaves[seq].bytes).unwrap().get(key).unwrap())
}

fn body_was(scene: &Scene, seq: usize) -> Body {
    match was(scene, seq, "body") {
        Value::Object(members) => members,
        _ => panic!("a body is an object"),
    }
}

/// Takes the entries of a session away. All that counts sessions says what it said.
fn omit(scene: &mut Scene, number: u64) {
    for seq in 0..scene.entries.len() {
        match scene.entries[seq].kind {
            "session.start" => {
                let nth = was(scene, seq, "nth");
                scene.entries[seq].force("nth", nth);
            }
            "heads" => {
                let body = body_was(scene, seq);
                scene.entries[seq]
                    .body
                    .extend(body.into_iter().filter(|(key, _)| ["actors", "resources"].contains(key)));
            }
            _ => {}
        }
    }
    scene.entries.retain(|entry| entry.sid != session(number));
}

/// Takes one entry away; what is left of its chain keeps its positions.
fn omit_one(scene: &mut Scene, seq: usize) {
    let sid = scene.entries[seq].sid.clone();
    for at in seq..scene.entries.len() {
        if scene.entries[at].sid == sid {
            let ss = was(scene, at, "ss");
            scene.entries[at].force("ss", ss);
            if scene.entries[at].kind == "session.end" {
                scene.entries[at].body = body_was(scene, at);
            }
        }
    }
    let next = (seq + 1..scene.entries.len()).find(|at| scene.entries[*at].sid == sid).unwrap();
    let prev = was(scene, next, "prev");
    scene.entries[next].force("prev", prev);
    scene.entries.remove(seq);
}

const CASES: &[Case] = &[
    Case {
        name: "8: two entries swapped, all rebuilt, against a pin",
        code: 60,
        says: "FORK",
        attack: |scene| {
            let older = scene.older(400);
            scene.entries.swap(306, 307);
            scene.forge();
            scene.pin(&older);
        },
    },
    Case {
        name: "8: two leaves swapped, the tree rebuilt",
        code: 10,
        says: "TAMPERED: record 306: says that it is record 307",
        attack: |scene| {
            scene.leaves.swap(306, 307);
            scene.publish();
        },
    },
    Case {
        name: "9: a leaf taken out of the middle, the tree rebuilt",
        code: 10,
        says: "TAMPERED: record 300: says that it is record 301",
        attack: |scene| {
            scene.leaves.remove(300);
            scene.publish();
        },
    },
    Case {
        name: "9: the same against a pin",
        code: 60,
        says: "FORK",
        attack: |scene| {
            let older = scene.older(400);
            scene.leaves.remove(300);
            scene.publish();
            scene.pin(&older);
        },
    },
    Case {
        name: "10: a record of a session omitted, all else rebuilt",
        code: 20,
        says: "INCOMPLETE: record 297: records 5 to 5 of chain",
        attack: |scene| {
            let seq = scene.find("progress", &session(22));
            omit_one(scene, seq);
            scene.forge();
        },
    },
    Case {
        name: "10: the beginning of a session omitted",
        code: 20,
        says: "the first 1 records of chain",
        attack: |scene| {
            let seq = scene.find("session.start", &session(40));
            omit_one(scene, seq);
            // Heads that say as many sessions as are left.
            scene.forge();
        },
    },
    Case {
        name: "11: the last records of a session omitted, all else rebuilt",
        code: 10,
        says: "open chains where there are",
        attack: |scene| {
            let heads = scene.entries.iter().rposition(|entry| entry.kind == "heads").unwrap();
            for seq in [heads - 1, heads] {
                scene.entries[seq].body = body_was(scene, seq);
            }
            let end = scene.find("session.end", &session(40));
            scene.entries.remove(end);
            scene.forge();
        },
    },
    Case {
        name: "12: a whole session omitted, all else rebuilt",
        code: 20,
        says: "1 sessions of actor",
        attack: |scene| {
            omit(scene, 25);
            scene.forge();
        },
    },
    Case {
        name: "13: the tail cut off and signed, against a pin",
        code: 40,
        says: "ROLLBACK",
        attack: |scene| {
            let newer = scene.older(567);
            scene.leaves.truncate(500);
            scene.publish();
            scene.pin(&newer);
        },
    },
    Case {
        name: "26: two runs went on from one record, against a pin",
        code: 60,
        says: "FORK",
        attack: |scene| {
            let one = scene.older(567);
            scene.entries[560].later_us += 1;
            scene.forge();
            scene.pin(&one);
        },
    },
];

#[test]
fn attacks_with_the_key() {
    run(CASES);
}
