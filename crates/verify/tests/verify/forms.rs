//! Leaves that are not in the one form.

use crate::cases::{Case, run};
use crate::records::COMMAND;
use crate::scene::Scene;

/// Writes a leaf in another form.
fn reform(scene: &mut Scene, from: &str, to: &str) {
    let leaf = String::from_utf8(scene.leaves[COMMAND].bytes.clone()).unwrap();
    assert!(leaf.contains(from), "{leaf}");
    scene.entries[COMMAND].raw = Some(leaf.replacen(from, to, 1).into_bytes());
    scene.forge();
}

/// 45: leaves that are not in the one form, or lack something.
const FORMS: &[(&str, &str, &str)] = &[
    ("white space", "\"mono\":", "\"mono\": "),
    ("a newline behind", "}", "}\n"),
    ("a key twice", "\"v\":1", "\"v\":1,\"v\":1"),
    ("keys out of order", "\"seq\":3,\"sid\"", "\"sf\":3,\"sid\""),
    ("an integer of 2^53", "\"mono\":3000", "\"mono\":9007199254740992"),
    ("an integer of 2^53 + 1", "\"mono\":3000", "\"mono\":9007199254740993"),
    ("a fraction", "\"mono\":3000", "\"mono\":3000.0"),
    ("an exponent", "\"mono\":3000", "\"mono\":3e3"),
    ("a leading zero", "\"mono\":3000", "\"mono\":03000"),
    ("a minus and a zero", "\"mono\":3000", "\"mono\":-0"),
    ("less than nothing", "\"mono\":3000", "\"mono\":-3"),
    ("NaN", "\"mono\":3000", "\"mono\":NaN"),
    ("null", "\"mono\":3000", "\"mono\":null"),
    ("a lone surrogate", "\"SELECT\"", "\"\\ud800\""),
    ("an escape that needs none", "\"SELECT\"", "\"\\u0053ELECT\""),
    ("an escaped slash", "\"SELECT\"", "\"\\/\""),
    ("capital digits of an escape", "\"SELECT\"", "\"\\u001F\""),
    ("an upper-case key", "\"verb\"", "\"Verb\""),
    ("a mark of byte order", "{\"body\"", "\u{feff}{\"body\""),
    ("too deep", "\"SELECT\"", "[[[[[[[[]]]]]]]]"),
    ("no object", "{", "[{"),
    ("a key that has no place", "\"v\":1", "\"v\":1,\"w\":1"),
    ("no version", "\"v\":1,", ""),
    ("version 0", "\"v\":1", "\"v\":0"),
    ("no type", "\"type\":\"command\",", ""),
    ("no wall clock", ",\"wall\"", ",\"walk\""),
    ("a chain in capitals", "0000-7000-9000", "0000-700A-9000"),
    ("a chain without hyphens", "0000-7000-9000", "00000700009000"),
    ("position 0", "\"ss\":2", "\"ss\":0"),
    ("no hash of the record before", "\"prev\"", "\"prew\""),
    ("a mode that is none", "\"mono\"", "\"mode\":\"strict\",\"mono\""),
    ("counts of sessions in a command", "\"payloads\"", "\"nth\":{\"actor\":1,\"resource\":1},\"payloads\""),
    ("no command number", "\"command\":1,", ""),
    ("a command number in a string", "\"command\":1,", "\"command\":\"1\","),
    ("an unpadded ciphertext", "\"size\":80", "\"size\":81"),
    ("a ciphertext of nothing", "\"size\":80", "\"size\":16"),
    ("payload number 0", "\"id\":2,", "\"id\":0,"),
    ("a key that has no place in a reference", "\"size\":80", "\"siza\":1,\"size\":80"),
];

#[test]
fn leaves_have_one_form() {
    let mut wrong = Vec::new();
    for (name, from, to) in FORMS {
        let mut scene = Scene::new();
        reform(&mut scene, from, to);
        let (rust, python) = (scene.rust(), scene.python());
        let named = rust.said.contains("MALFORMED: record 3:");
        if (rust.code, python.code, named) != (50, 50, true) {
            wrong.push(format!("{name}: signet-verify {rust:#?} verify.py {python:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const CASES: &[Case] = &[
    Case {
        name: "45: bytes that are no text",
        code: 50,
        says: "MALFORMED: record 3:",
        attack: |scene| {
            scene.entries[COMMAND].raw = Some(b"{\"a\":\"\xff\"}".to_vec());
            scene.forge();
        },
    },
    Case {
        name: "45: an empty leaf",
        code: 50,
        says: "MALFORMED: record 3: unexpected end",
        attack: |scene| {
            scene.entries[COMMAND].raw = Some(Vec::new());
            scene.forge();
        },
    },
];

#[test]
fn bytes_that_are_no_record() {
    run(CASES);
}
