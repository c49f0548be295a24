//! Attacks on the checkpoint, its signature and what was seen before.

use tlog::checkpoint::Checkpoint;
use tlog::note::{Signature, VerifierKey};

use crate::cases::{Case, run};
use crate::forge::{ORIGIN, other_key, sign, signing_key, verifier_key};
use crate::scene::Scene;

/// Signs another text.
fn signed(scene: &Scene, change: impl FnOnce(String) -> String) {
    let text = change(scene.checkpoint.to_string());
    scene.put("checkpoint", sign(&text, &signing_key()).as_bytes());
}

/// Lines of keys that nobody here knows.
fn witnesses(count: u32) -> String {
    let line = |id| Signature { name: "witness.test".to_owned(), id, bytes: vec![4; 72] }.line();
    (0..count).map(line).collect()
}

fn only_key(scene: &mut Scene, key: &str) {
    scene.arguments = vec!["--key".to_owned(), key.to_owned()];
}

const CASES: &[Case] = &[
    Case {
        name: "3: a letter of the signature",
        code: 30,
        says: "UNTRUSTED: checkpoint: is not signed by the given key",
        attack: |scene| {
            scene.edit_checkpoint(|text| {
                let at = text.rfind(' ').unwrap() + 20;
                let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
                [&text[..at], other, &text[at + 1..]].concat()
            });
        },
    },
    Case {
        name: "3: a letter of the root",
        code: 30,
        says: "UNTRUSTED",
        attack: |scene| {
            let mut checkpoint = scene.checkpoint.clone();
            checkpoint.root[0] ^= 1;
            let (before, after) = (scene.checkpoint.to_string(), checkpoint.to_string());
            scene.edit_checkpoint(|text| text.replace(&before, &after));
        },
    },
    Case {
        name: "3: a digit of the size",
        code: 30,
        says: "UNTRUSTED",
        attack: |scene| scene.edit_checkpoint(|text| text.replace("\n567\n", "\n566\n")),
    },
    Case {
        name: "3: a letter of the origin",
        code: 30,
        says: "UNTRUSTED",
        attack: |scene| scene.edit_checkpoint(|text| text.replacen("signet", "signot", 1)),
    },
    Case {
        name: "3: another origin, signed by the key",
        code: 30,
        says: "is of the log \"signet.test/other\"",
        attack: |scene| signed(scene, |text| text.replace("/log", "/other")),
    },
    Case {
        name: "4: a line more, signed",
        code: 50,
        says: "a checkpoint has three lines",
        attack: |scene| signed(scene, |text| text + "extension\n"),
    },
    Case {
        name: "4: a line less, signed",
        code: 50,
        says: "a checkpoint has three lines",
        attack: |scene| signed(scene, |text| text.split_inclusive('\n').take(2).collect()),
    },
    Case {
        name: "4: lines that end as elsewhere",
        code: 50,
        says: "the note is not plain text",
        attack: |scene| scene.edit_checkpoint(|text| text.replace('\n', "\r\n")),
    },
    Case {
        name: "4: a space behind the size, signed",
        code: 50,
        says: "the size of the checkpoint",
        attack: |scene| signed(scene, |text| text.replace("567", "567 ")),
    },
    Case {
        name: "4: a space behind the origin, signed",
        code: 50,
        says: "the origin of the checkpoint",
        attack: |scene| signed(scene, |text| text.replace("/log", "/log ")),
    },
    Case {
        name: "4: a zero before the size, signed",
        code: 50,
        says: "the size of the checkpoint",
        attack: |scene| signed(scene, |text| text.replace("567", "0567")),
    },
    Case {
        name: "4: another base64 of the root, signed",
        code: 50,
        says: "the root of the checkpoint",
        attack: |scene| signed(scene, |text| text.replace("=\n", "\n")),
    },
    Case {
        name: "4: something behind the signatures",
        code: 50,
        says: "a signature line is malformed",
        attack: |scene| scene.edit_checkpoint(|text| text + "and more\n"),
    },
    Case {
        name: "4: no newline at the end",
        code: 50,
        says: "the note has no signatures",
        attack: |scene| scene.edit_checkpoint(|text| text.trim_end().to_owned()),
    },
    Case { name: "4: an empty checkpoint", code: 50, says: "", attack: |scene| scene.put("checkpoint", b"") },
    Case {
        name: "4: bytes that are no text",
        code: 50,
        says: "",
        attack: |scene| scene.put("checkpoint", b"\xff\n\n"),
    },
    Case {
        name: "the checkpoint is missing",
        code: 20,
        says: "checkpoint: is missing",
        attack: |scene| scene.remove("checkpoint"),
    },
    Case {
        name: "44: a size of 2^63, signed",
        code: 50,
        says: "the size of the checkpoint",
        attack: |scene| signed(scene, |text| text.replace("567", "9223372036854775808")),
    },
    Case {
        name: "44: a size of a thousand digits, signed",
        code: 50,
        says: "the size of the checkpoint",
        attack: |scene| signed(scene, |text| text.replace("567", &"9".repeat(1_000))),
    },
    Case {
        name: "13: the tail is cut off, and the newest record is too old",
        code: 40,
        says: "STALE: log: the newest record is",
        attack: |scene| {
            scene.leaves.truncate(300);
            scene.publish();
            scene.argue("--max-age", "10m");
        },
    },
    Case { name: "13: not too old", code: 0, says: "", attack: |scene| scene.argue("--max-age", "24h") },
    Case {
        name: "13: no record that says how old the log is",
        code: 40,
        says: "STALE",
        attack: |scene| {
            scene.leaves.clear();
            scene.publish();
            scene.argue("--max-age", "24h");
        },
    },
    Case {
        name: "14: an old checkpoint again, and a newer one was seen",
        code: 40,
        says: "ROLLBACK: checkpoint: has 300 records, and 567 were seen before",
        attack: |scene| {
            let newer = scene.older(567);
            scene.leaves.truncate(300);
            scene.publish();
            scene.pin(&newer);
        },
    },
    Case {
        name: "a pin that the log continues",
        code: 0,
        says: "continues the pin of 300 records",
        attack: |scene| {
            let older = scene.older(300);
            scene.pin(&older);
        },
    },
    Case {
        name: "a pin of the very same checkpoint",
        code: 0,
        says: "continues the pin of 567 records",
        attack: |scene| {
            let same = scene.older(567);
            scene.pin(&same);
        },
    },
    Case {
        name: "a pin of the empty log",
        code: 0,
        says: "",
        attack: |scene| {
            let older = scene.older(0);
            scene.pin(&older);
        },
    },
    Case {
        name: "15: the same size and another root",
        code: 60,
        says: "signet.test/log\n567\n",
        attack: |scene| {
            let other = Checkpoint { root: [7; 32], ..scene.checkpoint.clone() };
            scene.pin(&sign(&other.to_string(), &signing_key()));
        },
    },
    Case {
        name: "16: an older tree that this one does not continue",
        code: 60,
        says: "does not continue the pin of 300 records: two histories were signed",
        attack: |scene| {
            let other = Checkpoint { root: [7; 32], size: 300, ..scene.checkpoint.clone() };
            scene.pin(&sign(&other.to_string(), &signing_key()));
        },
    },
    Case {
        name: "a changed file is no fork, whatever the pin says",
        code: 10,
        says: "TAMPERED",
        attack: |scene| {
            let older = scene.older(300);
            scene.pin(&older);
            scene.edit("tile/entries/000", |bytes| bytes[60] ^= 1);
        },
    },
    Case {
        name: "a pin that somebody else signed",
        code: 30,
        says: "is not signed by the given key",
        attack: |scene| {
            let other = Checkpoint { root: [7; 32], ..scene.checkpoint.clone() };
            scene.pin(&sign(&other.to_string(), &other_key()));
        },
    },
    Case { name: "a pin that is none", code: 50, says: "MALFORMED", attack: |scene| scene.pin("never seen") },
    Case {
        name: "a pin that is not there",
        code: 70,
        says: "error:",
        attack: |scene| scene.argue("--pin", "/nowhere/pin"),
    },
    Case {
        name: "21: the key signs twice",
        code: 50,
        says: "two signatures are of one key",
        attack: |scene| {
            scene.edit_checkpoint(|text| {
                let line = text.lines().last().unwrap().to_owned();
                format!("{text}{line}\n")
            });
        },
    },
    Case {
        name: "21: as many signatures as there may be",
        code: 0,
        says: "",
        attack: |scene| scene.edit_checkpoint(|text| text + &witnesses(63)),
    },
    Case {
        name: "21: a signature more",
        code: 50,
        says: "the note has more than 64 signatures",
        attack: |scene| scene.edit_checkpoint(|text| text + &witnesses(64)),
    },
    Case {
        name: "21: ten thousand signatures",
        code: 50,
        says: "the note has more than 64 KiB",
        attack: |scene| scene.edit_checkpoint(|text| text + &witnesses(10_000)),
    },
    Case {
        name: "22: only the key beside the log",
        code: 30,
        says: "no key was given",
        attack: |scene| {
            scene.put("key", verifier_key(&signing_key()).to_string().as_bytes());
            scene.arguments.clear();
        },
    },
    Case {
        name: "22: no key and a changed entry",
        code: 10,
        says: "TAMPERED",
        attack: |scene| {
            scene.edit("tile/entries/000", |bytes| bytes[60] ^= 1);
            scene.arguments.clear();
        },
    },
    Case {
        name: "22: somebody else's key of the same name",
        code: 30,
        says: "UNTRUSTED",
        attack: |scene| only_key(scene, &verifier_key(&other_key()).to_string()),
    },
    Case {
        name: "22: the same key under another name",
        code: 30,
        says: "UNTRUSTED",
        attack: |scene| {
            let public = signing_key().verifying_key().to_bytes();
            only_key(scene, &VerifierKey::new("signet.test/other", public).unwrap().to_string());
        },
    },
    Case {
        name: "8: signed anew by somebody else",
        code: 30,
        says: "UNTRUSTED",
        attack: |scene| scene.sign(&other_key()),
    },
    Case {
        name: "49: only a signature of a kind that is not known",
        code: 30,
        says: "UNTRUSTED",
        attack: |scene| {
            let line = Signature { name: ORIGIN.to_owned(), id: 0x0102_0304, bytes: vec![6; 2_428] }.line();
            let text = format!("{}\n{line}", scene.checkpoint);
            scene.put("checkpoint", text.as_bytes());
        },
    },
    Case {
        name: "49: a signature of an unknown kind beside the known one",
        code: 0,
        says: "",
        attack: |scene| {
            let line = Signature { name: ORIGIN.to_owned(), id: 0x0102_0304, bytes: vec![6; 2_428] }.line();
            scene.edit_checkpoint(|text| text + &line);
        },
    },
    Case {
        name: "49: a key of a kind that is not known",
        code: 2,
        says: "error: --key",
        attack: |scene| only_key(scene, "signet.test/log+01020304+BgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    },
    Case {
        name: "the folder is missing",
        code: 70,
        says: "error:",
        attack: |scene| std::fs::remove_dir_all(scene.log()).unwrap(),
    },
];

#[test]
fn attacks_on_checkpoints() {
    run(CASES);
}
