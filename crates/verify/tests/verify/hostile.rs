//! Attacks on the verifier itself: files that never end, texts that fill its memory, and forms that verifiers read differently.

use std::fs;
use std::path::Path;
use std::process::Command;

use tlog::checkpoint::Checkpoint;
use tlog::merkle::Frontier;
use tlog::note::Signature;

use crate::cases::{Case, run};
use crate::forge::{ORIGIN, int, list, map, seal, session, sign, signing_key, text, verifier_key};
use crate::records::set;
use crate::scene::Scene;

/// Puts a pipe that nobody writes to in the place of a file.
fn pipe(path: &Path) {
    fs::remove_file(path).unwrap();
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn key_file(scene: &Scene) -> std::path::PathBuf {
    let sid = session(5);
    scene.beside("keys").join(&sid[..6]).join(sid)
}

const CASES: &[Case] = &[
    Case {
        name: "a time ahead of the clock hides how old the log is",
        code: 40,
        says: "STALE: log: the newest record is 59 minutes in the future",
        attack: |scene| {
            // The log began an hour ago; a spare of some seconds for a slow machine.
            scene.entries[400].later_us = 7_170_000_000;
            scene.forge();
            scene.argue("--max-age", "24h");
        },
    },
    Case {
        name: "a pipe in the place of a bundle",
        code: 20,
        says: "IO: tile/entries/000: not a regular file",
        attack: |scene| pipe(&scene.log().join("tile/entries/000")),
    },
    Case {
        name: "a pipe in the place of a key",
        code: 70,
        says: "not a regular file",
        attack: |scene| {
            scene.open();
            pipe(&key_file(scene));
        },
    },
    Case {
        name: "a pipe in the place of the master key",
        code: 70,
        says: "not a regular file",
        attack: |scene| {
            scene.open();
            pipe(&scene.beside("master"));
        },
    },
    Case {
        name: "a pipe in the place of the pin",
        code: 70,
        says: "not a regular file",
        attack: |scene| {
            scene.pin("");
            pipe(&scene.beside("pin"));
        },
    },
    Case {
        name: "a record of two ciphertexts that are too long together",
        code: 50,
        says: "the record has more ciphertext than one can have",
        attack: |scene| {
            let seq = scene.find("command", &session(25));
            let reference = |id| {
                let (mut reference, _) = seal(&session(25), id, "text", b"SELECT 1");
                reference.retain(|(key, _)| *key != "size");
                reference.push(("size", int((1 << 27) + (1 << 15) + 16)));
                map(reference)
            };
            scene.entries[seq].force("payloads", list(vec![reference(2), reference(3)]));
            scene.forge();
        },
    },
    Case {
        name: "an actor too long to count",
        code: 50,
        says: "`body.actor` is missing or not of its form",
        attack: |scene| {
            let at = scene.find("session.start", &session(41));
            set(scene, at, "actor", text(&"a".repeat(65)));
        },
    },
    Case {
        name: "a resource too long to count",
        code: 50,
        says: "`body.resource` is missing or not of its form",
        attack: |scene| {
            let at = scene.find("session.start", &session(41));
            set(scene, at, "resource", text(&"a".repeat(129)));
        },
    },
    Case {
        name: "as long as both may be, in letters of several bytes",
        code: 0,
        says: "",
        attack: |scene| {
            let at = scene.find("session.start", &session(41));
            scene.entries[at].set("actor", text(&"é".repeat(64)));
            set(scene, at, "resource", text(&"é".repeat(128)));
        },
    },
    Case {
        name: "a signature whose R is the point of order one",
        code: 30,
        says: "UNTRUSTED: checkpoint: is not signed by the given key",
        attack: |scene| {
            // S is made so that only what asks for the order of R finds it.
            const S: &str = "qRe27mnVi/QfljyicgFN5GQa7bYOiMajc6ZGyviI9Q4=";
            let s = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, S).unwrap();
            let bytes = [&[1][..], &[0; 31], &s].concat();
            let nothing = Checkpoint { origin: ORIGIN.to_owned(), size: 0, root: Frontier::new().root() };
            let id = verifier_key(&signing_key()).id();
            let line = Signature { name: ORIGIN.to_owned(), id, bytes }.line();
            scene.put("checkpoint", format!("{nothing}\n{line}").as_bytes());
        },
    },
    Case {
        name: "a verifier key of order one",
        code: 2,
        says: "neither a key nor a file",
        attack: |scene| {
            let key = [&[1, 1][..], &[0; 31]].concat();
            let id = tlog::note::key_id(ORIGIN, key[1..].try_into().unwrap());
            let key = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, key);
            scene.arguments = vec!["--key".to_owned(), format!("{ORIGIN}+{id:08x}+{key}")];
        },
    },
    Case {
        name: "a key file that does not say which master key",
        code: 50,
        says: "the file of its key is not of its form",
        attack: |scene| {
            scene.open();
            let file = fs::read_to_string(key_file(scene)).unwrap();
            let key = file.find("\"key\"").unwrap();
            fs::write(key_file(scene), format!("{{{}", &file[key..])).unwrap();
        },
    },
];

#[test]
fn attacks_on_the_verifier() {
    run(CASES);
}

/// Somebody else must be able to check what is printed.
#[test]
fn a_fork_prints_both_notes_byte_for_byte() {
    let mut scene = Scene::new();
    let other = Checkpoint { root: [7; 32], ..scene.checkpoint.clone() };
    let witnesses = (0..9).map(|id| Signature { name: "witness.test".to_owned(), id, bytes: vec![4; 72] }.line());
    let pin = sign(&other.to_string(), &signing_key()) + &witnesses.collect::<String>();
    scene.pin(&pin);
    let newest = String::from_utf8(scene.take("checkpoint")).unwrap();
    for verdict in [scene.rust(), scene.python()] {
        assert_eq!(verdict.code, 60, "{verdict:#?}");
        assert!(verdict.said.contains(&format!("\n\n{pin}\n{newest}\n")), "{}", verdict.said);
    }
    // What steers a terminal is escaped, and nothing else.
    let evil = Signature { name: "\u{202e}tset.ssentiw".to_owned(), id: 1, bytes: vec![4; 72] }.line();
    fs::write(scene.beside("pin"), pin + &evil).unwrap();
    for verdict in [scene.rust(), scene.python()] {
        assert_eq!(verdict.code, 60, "{verdict:#?}");
        assert!(verdict.said.contains(&evil.replace('\u{202e}', "\\u{202e}")), "{}", verdict.said);
    }
}
