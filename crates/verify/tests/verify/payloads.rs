//! Attacks on ciphertexts and keys.

use std::collections::HashSet;
use std::fs;

use tlog::merkle::{Hash, hash_text, sha256};

use crate::cases::{Case, run};
use crate::forge::{self, SECOND_GATEWAY, Value, commitment, encrypt, int, list, map, seal, session, text, wrapped};
use crate::scene::Scene;

/// Where the ciphertexts of a record begin in its file.
fn offset(scene: &Scene, seq: usize) -> usize {
    let before = &scene.leaves[seq / 256 * 256..seq];
    before.iter().flat_map(|leaf| &leaf.ciphertexts).map(Vec::len).sum()
}

fn key_file(scene: &Scene, sid: &str) -> std::path::PathBuf {
    scene.beside("keys").join(&sid[..6]).join(sid)
}

/// The reference of a record's only payload, and another ciphertext in its place; signed anew.
fn exchange(scene: &mut Scene, seq: usize, reference: Vec<(&'static str, Value)>, ciphertext: Vec<u8>) {
    scene.entries[seq].force("payloads", list(vec![map(reference)]));
    scene.forge();
    scene.leaves[seq].ciphertexts = vec![ciphertext];
    scene.publish();
}

/// Another content for the first payload of session 25, encrypted under its key, with the commitment to the old one.
fn another_content(scene: &mut Scene) {
    let sid = session(25);
    let seq = scene.find("session.start", &sid);
    let (mut reference, ciphertext) = seal(&sid, 1, "who", b"{\"person\":\"eve\"}");
    let commitment = commitment(&sid, 1, 0, "who", &scene.entries[seq].payloads[0].1);
    reference.retain(|(key, _)| *key != "c");
    reference.push(("c", text(&hash_text(&commitment))));
    exchange(scene, seq, reference, ciphertext);
}

const CASES: &[Case] = &[
    Case {
        name: "all payloads opened",
        code: 0,
        says: "of them were opened and say what was committed to",
        attack: Scene::open,
    },
    Case {
        name: "35: two ciphertexts of one size swapped",
        code: 10,
        says: "TAMPERED: record 3: payload 2 in payload/000 is not the one of the record",
        attack: |scene| {
            let (one, other) = (offset(scene, 3), offset(scene, 5));
            scene.edit("payload/000", |bytes| {
                let first = bytes[one..one + 80].to_vec();
                bytes.copy_within(other..other + 80, one);
                bytes[other..other + 80].copy_from_slice(&first);
            });
        },
    },
    Case {
        name: "35: a bit of a ciphertext",
        code: 10,
        says: "payload 1 in payload/001 is not the one of the record",
        attack: |scene| {
            let at = offset(scene, scene.find("session.start", &session(25)));
            scene.edit("payload/001", |bytes| bytes[at + 7] ^= 1);
        },
    },
    Case {
        name: "35: something behind the last ciphertext of a full bundle",
        code: 10,
        says: "TAMPERED: payload/001: something stands behind",
        attack: |scene| scene.edit("payload/001", |bytes| bytes.push(0)),
    },
    Case {
        name: "ciphertexts of records that the checkpoint does not cover",
        code: 0,
        says: "",
        attack: |scene| scene.edit("payload/002", |bytes| bytes.extend_from_slice(&[0; 80])),
    },
    Case {
        name: "36: the ciphertexts of a bundle are missing",
        code: 20,
        says: "their ciphertexts are missing, and no later record says erased",
        attack: |scene| scene.remove("payload/001"),
    },
    Case {
        name: "36: the last ciphertext is cut",
        code: 20,
        says: "INCOMPLETE",
        attack: |scene| scene.edit("payload/001", |bytes| bytes.truncate(bytes.len() - 1)),
    },
    Case {
        name: "36: a key is missing",
        code: 20,
        says: "the key is missing, and no later record says erased",
        attack: |scene| {
            scene.open();
            fs::remove_file(key_file(scene, &session(4))).unwrap();
        },
    },
    Case {
        name: "36: the key of an erased chain is missing",
        code: 0,
        says: "what 19 erased payloads said",
        attack: |scene| {
            scene.open();
            fs::remove_file(key_file(scene, &session(3))).unwrap();
        },
    },
    Case {
        name: "36: the ciphertexts of an erased chain are missing",
        code: 0,
        says: "what 19 erased payloads said",
        attack: |scene| {
            let kept = session(3);
            for entry in scene.entries.iter_mut().take(256).filter(|entry| entry.sid != kept) {
                entry.payloads.clear();
            }
            scene.forge();
            scene.remove("payload/000");
        },
    },
    Case {
        name: "37: erased later, and it is seen when",
        code: 0,
        says: "note: record 567: the payloads of chain 01970000-0000-7000-9000-000000000004 were erased before this; 19 are gone",
        attack: |scene| {
            let body = vec![("chain", text(&session(4)))];
            scene.entries.push(forge::Entry::new("payload.erased", SECOND_GATEWAY, body));
            scene.forge();
            scene.open();
            fs::remove_file(key_file(scene, &session(4))).unwrap();
        },
    },
    Case {
        name: "37: erased before the payloads were there",
        code: 20,
        says: "the key is missing, and no later record says erased",
        attack: |scene| {
            let at = scene.find("session.start", &session(30));
            let body = vec![("chain", text(&session(30)))];
            scene.entries.insert(at, forge::Entry::new("payload.erased", SECOND_GATEWAY, body));
            scene.forge();
            scene.open();
            fs::remove_file(key_file(scene, &session(30))).unwrap();
        },
    },
    Case {
        name: "39: another content under the same commitment",
        code: 10,
        says: "is not what the record commits to",
        attack: |scene| {
            another_content(scene);
            scene.open();
        },
    },
    Case { name: "39: which only the keys can show", code: 0, says: "they were not opened", attack: another_content },
    Case {
        name: "39: another key for the chain",
        code: 10,
        says: "is not what the key of its chain encrypted",
        attack: |scene| {
            scene.open();
            fs::write(key_file(scene, &session(5)), wrapped(&session(5), &[1; 32])).unwrap();
        },
    },
    Case {
        name: "39: the key of another chain",
        code: 10,
        says: "its key is not what the master key wrapped",
        attack: |scene| {
            scene.open();
            let other = fs::read_to_string(key_file(scene, &session(6))).unwrap();
            fs::write(key_file(scene, &session(5)), other.replace(&session(6), &session(5))).unwrap();
        },
    },
    Case {
        name: "39: a ciphertext of another record",
        code: 10,
        says: "is not what the key of its chain encrypted",
        attack: |scene| {
            let sid = session(25);
            let seq = scene.find("session.start", &sid);
            let content = scene.entries[seq].payloads[0].1.clone();
            let ciphertext = encrypt(&sid, 9, "who", &content);
            let (mut reference, _) = seal(&sid, 1, "who", &content);
            reference.retain(|(key, _)| *key != "e");
            reference.push(("e", text(&hash_text(&sha256(&ciphertext)))));
            exchange(scene, seq, reference, ciphertext);
            scene.open();
        },
    },
    Case {
        name: "another master key",
        code: 20,
        says: "its key is wrapped under another master key",
        attack: |scene| {
            scene.open();
            fs::write(scene.beside("master"), "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQg=").unwrap();
        },
    },
    Case {
        name: "a key file that is none",
        code: 50,
        says: "the file of its key is not of its form",
        attack: |scene| {
            scene.open();
            fs::write(key_file(scene, &session(5)), "{}\n").unwrap();
        },
    },
    Case {
        name: "a master key that is none",
        code: 2,
        says: "is not 32 bytes in base64",
        attack: |scene| {
            scene.open();
            fs::write(scene.beside("master"), "short").unwrap();
        },
    },
    Case {
        name: "a payload number used twice",
        code: 10,
        says: "payload 1 of chain 01970000-0000-7000-9000-000000000019 is there twice",
        attack: |scene| {
            let seq = scene.find("command", &session(25));
            let (reference, ciphertext) = seal(&session(25), 1, "text", b"SELECT 1");
            exchange(scene, seq, reference, ciphertext);
        },
    },
    Case {
        name: "44: a ciphertext of 2^53 bytes",
        code: 50,
        says: "MALFORMED: record 338: the record has more ciphertext than one can have",
        attack: |scene| {
            let seq = scene.find("command", &session(25));
            let (mut reference, ciphertext) = seal(&session(25), 2, "text", b"SELECT 1");
            reference.retain(|(key, _)| *key != "size");
            reference.push(("size", int((1 << 53) - 48)));
            exchange(scene, seq, reference, ciphertext);
        },
    },
    Case {
        name: "44: the largest ciphertext, which is not there",
        code: 20,
        says: "their ciphertexts are missing",
        attack: |scene| {
            let seq = scene.find("command", &session(25));
            let (mut reference, ciphertext) = seal(&session(25), 2, "text", b"SELECT 1");
            reference.retain(|(key, _)| *key != "size");
            reference.push(("size", int((1 << 28) - 48)));
            exchange(scene, seq, reference, ciphertext);
            scene.open();
        },
    },
];

#[test]
fn attacks_on_payloads() {
    run(CASES);
}

/// 38: without the salt a commitment says nothing, not even that two texts are the same.
#[test]
fn a_dictionary_finds_no_erased_payload() {
    let asked = |id: u64| format!("SELECT name FROM person WHERE id = {id}");
    let sids: Vec<String> = (1..=20).map(session).collect();
    let mut commitments: HashSet<Hash> = HashSet::new();
    for sid in &sids {
        for id in 1..=50 {
            assert!(commitments.insert(commitment(sid, id, 0, "text", asked(7).as_bytes())), "two are the same");
        }
    }
    // What somebody without the key of the chain can compute.
    for id in 0..100_000 {
        let text = asked(id);
        let hash = sha256(text.as_bytes());
        let length = (text.len() as u64).to_be_bytes();
        let message = [b"signet/payload/1\0text\0", &length[..], &hash].concat();
        assert!(!commitments.contains(&hash) && !commitments.contains(&sha256(&message)));
    }
}
