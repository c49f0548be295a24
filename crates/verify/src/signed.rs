//! The signed checkpoint and the pin (section 7 of the format, points 1 and 5).

use tlog::checkpoint::Checkpoint;
use tlog::merkle::Hash;
use tlog::note::{self, Note, VerifierKey};

use crate::findings::Findings;
use crate::run::Pin;
use crate::shown::shown;
use crate::source::{Fetched, Source, fetch};
use crate::verdict::Verdict;

/// Name of the file.
const FILE: &str = "checkpoint";

/// A checkpoint, and the note in which it stands.
pub(crate) struct Signed {
    pub(crate) checkpoint: Checkpoint,
    note: Note,
}

/// Reads the checkpoint of the log; none when there is nothing to hold the files to.
pub(crate) fn read(source: &dyn Source, key: Option<&VerifierKey>, findings: &mut Findings<'_>) -> Option<Signed> {
    let bytes = match fetch(source, FILE, note::LONGEST, findings) {
        Fetched::Bytes(bytes) => bytes,
        Fetched::TooLong => {
            findings.file(Verdict::Malformed, FILE, note::NoteError::TooLong.to_string());
            return None;
        }
        Fetched::Missing => {
            findings.missing(FILE);
            return None;
        }
        Fetched::Failed => return None,
    };
    let signed = parse(FILE, &bytes, findings)?;
    let facts = findings.facts();
    facts.origin = Some(signed.checkpoint.origin.clone());
    facts.size = signed.checkpoint.size;
    facts.root = Some(signed.checkpoint.root);
    let Some(key) = key else {
        findings.file(Verdict::Untrusted, FILE, "no key was given, so nothing says who signed this");
        return Some(signed);
    };
    if !is_signed(FILE, &signed, key, findings) {
        return None;
    }
    let facts = findings.facts();
    facts.signed = Some(signed.note.to_string());
    facts.key = Some(key.to_string());
    Some(signed)
}

fn parse(file: &str, bytes: &[u8], findings: &mut Findings<'_>) -> Option<Signed> {
    let note = match Note::parse(bytes) {
        Ok(note) => note,
        Err(error) => {
            findings.file(Verdict::Malformed, file, error.to_string());
            return None;
        }
    };
    match note.text.parse() {
        Ok(checkpoint) => Some(Signed { checkpoint, note }),
        Err(error) => {
            findings.file(Verdict::Malformed, file, error.to_string());
            None
        }
    }
}

fn is_signed(file: &str, signed: &Signed, key: &VerifierKey, findings: &mut Findings<'_>) -> bool {
    let origin = &signed.checkpoint.origin;
    if !signed.note.is_signed_by(key) {
        findings.file(Verdict::Untrusted, file, "is not signed by the given key, so nothing was compared with it");
    } else if origin != key.name() {
        let text = format!("is of the log {}, and the key is that of {}", shown(origin), shown(key.name()));
        findings.file(Verdict::Untrusted, file, text);
    } else {
        return true;
    }
    false
}

/// Reads the pin; none when it says nothing about the records that are there.
pub(crate) fn pinned(pin: &Pin, newest: &Signed, key: &VerifierKey, findings: &mut Findings<'_>) -> Option<Signed> {
    let older = parse(&pin.name, &pin.bytes, findings)?;
    if !is_signed(&pin.name, &older, key, findings) {
        return None;
    }
    let (older_size, size) = (older.checkpoint.size, newest.checkpoint.size);
    if older_size > size {
        let text = format!("has {size} records, and {older_size} were seen before");
        findings.file(Verdict::Rollback, FILE, text);
        return None;
    }
    if older_size == size {
        continues(&older, newest, Some(newest.checkpoint.root), findings);
        return None;
    }
    Some(older)
}

/// Holds the pin to the root that the tree has at its size, when that is known.
pub(crate) fn continues(older: &Signed, newest: &Signed, root: Option<Hash>, findings: &mut Findings<'_>) {
    let Some(root) = root else { return };
    if root == older.checkpoint.root {
        findings.facts().pinned = Some(older.checkpoint.size);
        return;
    }
    let text = format!("does not continue the pin of {} records: two histories were signed", older.checkpoint.size);
    findings.fork([older.note.to_string(), newest.note.to_string()], text);
}
