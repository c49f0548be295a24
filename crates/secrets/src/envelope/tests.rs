//! Tests of the envelope and its key file.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::{Envelope, EnvelopeError, Place};

const PLACE: Place<'static> = Place { column: "account.secret", row: &["prod", "app"] };

fn made() -> (tempfile::TempDir, PathBuf, Envelope) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.key");
    let opened = Envelope::open(&path, false).unwrap();
    assert!(opened.just_made);
    (folder, path, opened.envelope)
}

fn why(path: &std::path::Path) -> String {
    Envelope::open(path, true).err().expect("it was opened").to_string()
}

#[test]
fn what_is_sealed_opens_for_its_place_alone() {
    let (_folder, path, envelope) = made();
    let sealed = envelope.seal(PLACE, b"hunter2").unwrap();
    assert_eq!(envelope.unseal(PLACE, &sealed).unwrap().reveal(), b"hunter2");
    assert_ne!(envelope.seal(PLACE, b"hunter2").unwrap(), sealed, "the same bytes are sealed alike");
    assert!(!sealed.windows(7).any(|window| window == b"hunter2"));
    for (column, row) in [
        ("account.secret", &["prod", "admin"][..]),
        ("account.secret", &["proda", "pp"]),
        ("account.secret", &["prod"]),
        ("account.secret", &["prod", "app", ""]),
        ("request.text", &["prod", "app"]),
        ("account.secretprod", &["app"]),
    ] {
        let opened = envelope.unseal(Place { column, row }, &sealed);
        assert!(matches!(opened, Err(EnvelopeError::Damaged)), "{column} {row:?}");
    }
    // Also by another process, and for nobody with another key.
    let again = Envelope::open(&path, true).unwrap();
    assert!(!again.just_made);
    assert_eq!(again.envelope.unseal(PLACE, &sealed).unwrap().reveal(), b"hunter2");
    let (_other, _, stranger) = made();
    let refused = stranger.unseal(PLACE, &sealed).unwrap_err();
    assert!(refused.to_string().contains("is it the right one?"), "{refused}");
}

#[test]
fn no_changed_byte_and_no_missing_one_is_taken() {
    let (_folder, _, envelope) = made();
    let sealed = envelope.seal(PLACE, b"hunter2").unwrap();
    for place in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[place] ^= 1;
        assert!(envelope.unseal(PLACE, &changed).is_err(), "byte {place}");
        assert!(envelope.unseal(PLACE, &sealed[..place]).is_err(), "{place} bytes");
    }
    assert!(envelope.unseal(PLACE, &[sealed, vec![0]].concat()).is_err());
}

#[test]
fn rotation_keeps_the_old_readable_until_it_is_rewrapped() {
    let (_folder, path, envelope) = made();
    let old = envelope.newest();
    let sealed = envelope.seal(PLACE, b"hunter2").unwrap();
    assert_eq!(envelope.rewrap(PLACE, &sealed).unwrap(), None, "it is under the newest");
    // Another gateway that opened the file before.
    let other = Envelope::open(&path, true).unwrap().envelope;
    let new = envelope.rotate().unwrap();
    assert!(new != old && envelope.newest() == new);
    assert_eq!(envelope.unseal(PLACE, &sealed).unwrap().reveal(), b"hunter2");
    let moved = envelope.rewrap(PLACE, &sealed).unwrap().unwrap();
    assert_eq!((envelope.key_of(&sealed).unwrap(), envelope.key_of(&moved).unwrap()), (old, new));
    assert_eq!(other.unseal(PLACE, &moved).unwrap().reveal(), b"hunter2", "the other does not read the file again");
    let elsewhere = Place { column: "account.secret", row: &["prod", "admin"] };
    assert!(envelope.rewrap(elsewhere, &sealed).is_err());
    assert_eq!(envelope.retire().unwrap(), [old]);
    assert_eq!(envelope.unseal(PLACE, &moved).unwrap().reveal(), b"hunter2");
    assert!(matches!(envelope.unseal(PLACE, &sealed), Err(EnvelopeError::UnknownKey { key, .. }) if key == old));
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1);
}

#[test]
fn keys_are_bounded() {
    let (_folder, path, envelope) = made();
    for _ in 1..16 {
        envelope.rotate().unwrap();
    }
    let full = fs::read(&path).unwrap();
    assert!(envelope.rotate().unwrap_err().to_string().contains("retire the old ones"));
    assert_eq!(fs::read(&path).unwrap(), full);
    Envelope::open(&path, true).unwrap();
    fs::write(&path, full.repeat(2)).unwrap();
    assert!(why(&path).contains("no key of 64") || why(&path).contains("more than 16"), "{}", why(&path));
}

#[test]
fn the_file_is_private_and_never_made_where_one_was() {
    let (_folder, path, _) = made();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    for mode in [0o644, 0o640, 0o604, 0o660, 0o622] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert!(why(&path).contains("chmod 600"), "{mode:o}: {}", why(&path));
    }
    fs::remove_file(&path).unwrap();
    assert!(why(&path).contains("put it back from its backup"));
    assert!(!path.exists(), "a new key was made over sealed secrets");
}

#[test]
fn what_is_no_key_file_is_refused_in_clear_words() {
    let (_folder, path, _) = made();
    let key = "0123456789abcdef".repeat(4);
    for (text, expected) in [
        (String::new(), "line 1 is no key"),
        (key[1..].to_owned(), "line 1 is no key"),
        (format!("{key}0"), "line 1 is no key"),
        (key.replace('a', "g"), "line 1 is no key"),
        (format!("{key}\n\n{key}\n"), "line 2 is no key"),
        (format!("{key}\nhunter2\n"), "line 2 is no key"),
    ] {
        fs::write(&path, &text).unwrap();
        let why = why(&path);
        assert!(why.contains(expected), "{text:?}: {why}");
        assert!(!why.contains("hunter2") && !why.contains("0123"), "{why}");
    }
    for good in [key.clone(), format!("{key}\n"), format!("{}\r\n", key.to_uppercase())] {
        fs::write(&path, &good).unwrap();
        Envelope::open(&path, true).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(why(folder.path()).contains("it is no file"));
}

#[test]
fn nothing_of_a_key_is_printed() {
    let (_folder, path, envelope) = made();
    let key = fs::read_to_string(&path).unwrap();
    let printed = format!("{envelope:?} {:?} {}", envelope.newest(), envelope.newest());
    assert!(!printed.contains(&key[..8]), "{printed}");
}
