//! Tests of the signer alone.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tlog::checkpoint::Checkpoint;
use tlog::merkle::{Frontier, Hash, ProofError, leaf_hash};
use tlog::note::Note;

use super::{Signer, verifier_key};
use crate::Places;
use crate::log::files::Disk;
use crate::log::trouble::{Refusal, Trouble};

fn open(folder: &Path) -> Signer<Disk> {
    Signer::open(Disk, folder, "signet.test/log", false).unwrap()
}

fn root(size: u64) -> Hash {
    let mut tree = Frontier::new();
    (0..size).for_each(|leaf| tree.push(leaf_hash(&leaf.to_be_bytes())));
    tree.root()
}

fn checkpoint(size: u64) -> Checkpoint {
    Checkpoint { origin: "signet.test/log".into(), size, root: root(size) }
}

/// From one record to two, and from two to three.
fn proof(size: u64) -> Vec<Hash> {
    vec![leaf_hash(&(size - 1).to_be_bytes())]
}

fn refusal(signed: Result<&[u8], Trouble>) -> Refusal {
    let Err(Trouble::Refused(refusal)) = signed else { panic!("{signed:?}") };
    refusal
}

#[test]
fn notes_are_signed_by_the_key_that_it_shows_and_kept_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut signer = open(folder.path());
    let key = signer.verifier_key().clone();
    assert_eq!((signer.signed().0, key.name()), (0, "signet.test/log"));
    let note = signer.sign(checkpoint(1), &[]).unwrap().to_vec();
    let parsed = Note::parse(&note).unwrap();
    assert!(parsed.is_signed_by(&key));
    assert_eq!(parsed.text, checkpoint(1).to_string());
    let mut signer = open(folder.path());
    assert_eq!(signer.verifier_key(), &key);
    assert_eq!(signer.signed(), (1, root(1)));
    assert_eq!(signer.sign(checkpoint(1), &[]).unwrap(), note, "the same note again");
    let note = signer.sign(checkpoint(2), &proof(2)).unwrap().to_vec();
    assert_eq!(fs::read(folder.path().join("checkpoint")).unwrap(), note);
    let mut names = Vec::new();
    for entry in folder.path().read_dir().unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{path:?}");
        names.push(path.file_name().unwrap().to_owned());
    }
    names.sort();
    assert_eq!(names, ["checkpoint", "key"]);
}

#[test]
fn it_signs_one_history() {
    let folder = tempfile::tempdir().unwrap();
    let mut signer = open(folder.path());
    signer.sign(checkpoint(1), &[]).unwrap();
    signer.sign(checkpoint(2), &proof(2)).unwrap();
    let note = fs::read(folder.path().join("checkpoint")).unwrap();
    for mut signer in [signer, open(folder.path())] {
        assert_eq!(refusal(signer.sign(checkpoint(1), &[])), Refusal::Smaller { size: 1, signed: 2 });
        let other = Checkpoint { root: root(3), ..checkpoint(2) };
        assert_eq!(refusal(signer.sign(other, &[])), Refusal::Other { size: 2 });
        let why = ProofError::Length;
        assert_eq!(refusal(signer.sign(checkpoint(3), &[])), Refusal::Inconsistent { size: 3, signed: 2, why });
        let why = ProofError::Root;
        assert_eq!(refusal(signer.sign(checkpoint(3), &proof(2))), Refusal::Inconsistent { size: 3, signed: 2, why });
        let foreign = Checkpoint { origin: "other".into(), ..checkpoint(3) };
        assert_eq!(refusal(signer.sign(foreign, &proof(3))), Refusal::Origin);
        assert_eq!(fs::read(folder.path().join("checkpoint")).unwrap(), note);
        assert_eq!(signer.signed(), (2, root(2)));
    }
    open(folder.path()).sign(checkpoint(3), &proof(3)).unwrap();
}

#[test]
fn a_key_is_made_once_and_only_for_a_log_that_has_not_begun() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Signer::open(Disk, folder.path(), "log", true).is_err());
    let key = open(folder.path()).verifier_key().clone();
    assert_eq!(*Signer::open(Disk, folder.path(), "signet.test/log", true).unwrap().verifier_key(), key);
    open(folder.path()).sign(checkpoint(1), &[]).unwrap();
    let seed = fs::read(folder.path().join("key")).unwrap();
    fs::remove_file(folder.path().join("key")).unwrap();
    assert!(Signer::open(Disk, folder.path(), "signet.test/log", false).is_err(), "something was signed with it");
    fs::write(folder.path().join("key"), &seed[..20]).unwrap();
    assert!(matches!(Signer::open(Disk, folder.path(), "signet.test/log", false), Err(Trouble::Damaged(_))));
}

#[test]
fn a_last_note_that_is_not_its_own_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).sign(checkpoint(1), &[]).unwrap();
    let path = folder.path().join("checkpoint");
    let note = fs::read(&path).unwrap();
    let text = String::from_utf8(note.clone()).unwrap();
    for other in [text.replace("\n1\n", "\n2\n"), text.replace("signet.test/log", "signet.test/lag"), String::new()] {
        fs::write(&path, other).unwrap();
        let opened = Signer::open(Disk, folder.path(), "signet.test/log", false);
        assert!(matches!(opened, Err(Trouble::Damaged(_))));
    }
    fs::write(&path, &note).unwrap();
    assert!(Signer::open(Disk, folder.path(), "signet.test/lag", false).is_err(), "the log has another name");
    assert_eq!(open(folder.path()).signed().0, 1);
}

#[test]
fn the_key_is_written_down_for_others() {
    let folder = tempfile::tempdir().unwrap();
    let places = Places::of(folder.path());
    assert!(verifier_key(&places).is_err());
    let mut signer = open(&places.signer);
    for _ in 0..2 {
        signer.show_key(&places.verifier_key).unwrap();
        assert_eq!(verifier_key(&places).unwrap(), *signer.verifier_key());
    }
    fs::write(&places.verifier_key, "something else").unwrap();
    assert!(verifier_key(&places).is_err());
    signer.show_key(&places.verifier_key).unwrap();
    assert_eq!(verifier_key(&places).unwrap(), *signer.verifier_key());
}
