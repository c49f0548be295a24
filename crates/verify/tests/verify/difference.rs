//! The two verifiers end alike, whatever is wrong: random changes, signed by somebody who has the key.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::forge::{Entry, Value, int, list, map, sequence, text};
use crate::scene::Scene;

/// Numbers from a seed, which is printed; `SIGNET_SEED` sets it.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let seed = std::env::var("SIGNET_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(4);
        println!("SIGNET_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// A value that may stand where another should.
fn value(random: &mut Random) -> Value {
    match random.below(9) {
        0 => int(0),
        1 => int(random.below(20) as u64),
        2 => Value::Integer(-1),
        3 => Value::Bool(true),
        4 => text(""),
        5 => text("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        6 => list(vec![int(1)]),
        7 => map(vec![("actor", int(1)), ("resource", int(2))]),
        _ => text("01970000-0000-7000-9000-000000000005"),
    }
}

/// One change of the entries.
fn change(entries: &mut Vec<Entry>, random: &mut Random) -> String {
    const FIELDS: [&str; 14] =
        ["body", "log", "mode", "mono", "nth", "payloads", "prev", "seq", "sid", "ss", "ts", "type", "v", "wall"];
    const MORE: [&str; 14] = [
        "command",
        "status",
        "part",
        "parts",
        "open",
        "actors",
        "resources",
        "commands",
        "records",
        "chain",
        "actor",
        "identity",
        "run",
        "how",
    ];
    let seq = random.below(entries.len());
    match random.below(7) {
        0 => {
            let gone = entries.remove(seq);
            format!("without {seq} {}", gone.kind)
        }
        1 => {
            let to = random.below(entries.len());
            entries.swap(seq, to);
            format!("{seq} and {to} swapped")
        }
        2 => {
            let again = entries[seq].clone();
            let to = random.below(entries.len());
            entries.insert(to, again);
            format!("{seq} again at {to}")
        }
        3 => {
            let (field, value) = (*random.one(&FIELDS), value(random));
            entries[seq].force(field, value.clone());
            format!("{field} of {seq} is {value:?}")
        }
        4 => {
            let field = *random.one(&FIELDS);
            entries[seq].forced.push((field, None));
            format!("{seq} without {field}")
        }
        5 => {
            let (field, value) = (*random.one(&MORE), value(random));
            entries[seq].set(field, value.clone());
            format!("body.{field} of {seq} is {value:?}")
        }
        _ => {
            const BYTES: &[u8] = b"{}[],:\"\\ 0123456789-truefalsn_\x1f\xc3\xa9.eE";
            let mut leaf = sequence(entries)[seq].bytes.clone();
            let at = random.below(leaf.len());
            leaf[at] = *random.one(BYTES);
            let said = format!("byte {at} of {seq} is {:?}", char::from(leaf[at]));
            entries[seq].raw = Some(leaf);
            said
        }
    }
}

#[test]
fn the_verifiers_end_alike() {
    let rounds = if std::env::var_os("SIGNET_SOAK").is_some() { 1_000 } else { 40 };
    let mut random = Random::new();
    let mut codes = std::collections::BTreeSet::new();
    for round in 0..rounds {
        let mut scene = Scene::new();
        // What ends or begins a session may stand where the forge itself cannot go on.
        let changed = catch_unwind(AssertUnwindSafe(|| {
            let times = 0..=random.below(2);
            let changes: Vec<String> = times.map(|_| change(&mut scene.entries, &mut random)).collect();
            (changes, sequence(&scene.entries))
        }));
        let Ok((changes, leaves)) = changed else { continue };
        scene.leaves = leaves;
        scene.publish();
        let (rust, python) = (scene.rust(), scene.python());
        assert_eq!(rust.code, python.code, "round {round}: {changes:?}: {rust:#?} {python:#?}");
        codes.insert(rust.code);
    }
    assert!(codes.len() > 2, "the changes are always found the same: {codes:?}");
}
