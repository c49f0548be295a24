//! Signed notes, keys and checkpoints: the published vector, and every other form is refused.

use tlog::checkpoint::{Checkpoint, CheckpointError};
use tlog::note::{KeyError, Note, NoteError, Signature, VerifierKey};

/// The example of Go's `golang.org/x/mod/sumdb/note`.
const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

#[test]
fn the_published_note_is_good() {
    let key: VerifierKey = KEY.parse().unwrap();
    assert_eq!((key.name(), key.id(), key.to_string().as_str()), ("PeterNeumann", 0xc74f_20a3, KEY));
    assert_eq!(VerifierKey::new("PeterNeumann", *key.public()), Ok(key.clone()));
    let note = Note::parse(NOTE.as_bytes()).unwrap();
    assert_eq!(note.to_string(), NOTE);
    assert!(note.is_signed_by(&key));
    let other = Note { text: note.text.replace("your", "our"), ..note.clone() };
    assert!(!other.is_signed_by(&key));
    let elsewhere = VerifierKey::new("Peter", *key.public()).unwrap();
    assert!(!note.is_signed_by(&elsewhere));
    let mut flipped = note;
    flipped.signatures[0].bytes[5] ^= 1;
    assert!(!flipped.is_signed_by(&key));
}

#[test]
fn keys_have_one_form() {
    let weak = VerifierKey::new("weak", [0; 32]);
    assert_eq!(weak, Err(KeyError));
    let wrong = [
        String::new(),
        "PeterNeumann".into(),
        KEY.replace("c74f20a3", "c74f20a4"),
        KEY.replace("c74f20a3", "C74F20A3"),
        KEY.replace("c74f20a3", "0c74f20a3"),
        KEY.replace("PeterNeumann", "Peter Neumann"),
        KEY.replace("PeterNeumann", ""),
        KEY.replace("+AR", "+AB"),
        format!("{KEY}\n"),
        format!("{KEY}="),
        KEY.replace("10TW", "10TX"),
        KEY[..KEY.len() - 4].into(),
    ];
    for text in wrong {
        assert_eq!(text.parse::<VerifierKey>(), Err(KeyError), "{text:?}");
    }
}

#[test]
fn notes_have_one_form() {
    let line = NOTE.lines().last().unwrap();
    let many = |count: usize| {
        let line = |id| Signature { name: "x".into(), id, bytes: vec![1] }.line();
        ["text\n\n".to_owned(), (0..count as u32).map(line).collect()].concat()
    };
    assert_eq!(Note::parse(many(64).as_bytes()).unwrap().signatures.len(), 64);
    let wrong = [
        (String::new(), NoteError::Unsigned),
        ("text\n".into(), NoteError::Unsigned),
        ("text\n\n".into(), NoteError::Unsigned),
        (NOTE.trim_end().into(), NoteError::Unsigned),
        (NOTE.replace("\n\n", "\n"), NoteError::Unsigned),
        (NOTE.replace('\n', "\r\n"), NoteError::Text),
        (NOTE.replace("If", "\u{1b}f"), NoteError::Text),
        (format!("{NOTE}\n"), NoteError::Unsigned),
        (format!("{NOTE}more\n"), NoteError::Signature),
        (NOTE.replace('\u{2014}', "-"), NoteError::Signature),
        (NOTE.replace(" Peter", "  Peter"), NoteError::Signature),
        (NOTE.replace(" x08", " x0 8"), NoteError::Signature),
        (NOTE.replace("nAM=", "nAN="), NoteError::Signature),
        (NOTE.replace("nAM=", "nAM= "), NoteError::Signature),
        ("text\n\n\u{2014} x AAAAAA==\n".into(), NoteError::Signature),
        (format!("{NOTE}{line}\n"), NoteError::Twice),
        (many(65), NoteError::TooMany),
        (many(10_000), NoteError::TooLong),
        ("x".repeat(65_537), NoteError::TooLong),
    ];
    for (text, error) in wrong {
        assert_eq!(Note::parse(text.as_bytes()), Err(error), "{:?}", text.get(..200.min(text.len())));
    }
    assert_eq!(Note::parse(b"\xff\n\n"), Err(NoteError::Text));
}

#[test]
fn checkpoints_have_one_form() {
    let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let text = format!("signet.example/log\n1234\n{root}\n");
    let checkpoint: Checkpoint = text.parse().unwrap();
    assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("signet.example/log", 1234));
    assert_eq!(checkpoint.to_string(), text);
    let most = text.replace("1234", &(1u64 << 53).to_string());
    assert_eq!(most.parse::<Checkpoint>().unwrap().size, 1 << 53);
    let wrong = [
        (String::new(), CheckpointError::Lines),
        (text.trim_end().into(), CheckpointError::Lines),
        (format!("{text}extension\n"), CheckpointError::Lines),
        (format!("{text}\n"), CheckpointError::Lines),
        (text.replace("signet.example/log", ""), CheckpointError::Origin),
        (text.replace("example/", "example "), CheckpointError::Origin),
        (text.replace("1234", "01234"), CheckpointError::Size),
        (text.replace("1234", "+1234"), CheckpointError::Size),
        (text.replace("1234", "-1"), CheckpointError::Size),
        (text.replace("1234", ""), CheckpointError::Size),
        (text.replace("1234", "1234 "), CheckpointError::Size),
        (text.replace("1234", "9007199254740993"), CheckpointError::Size),
        (text.replace("1234", "99999999999999999999"), CheckpointError::Size),
        (text.replace("47DE", "47D"), CheckpointError::Root),
        (text.replace("uFU=", "uFV="), CheckpointError::Root),
        (text.replace("uFU=", "uFU"), CheckpointError::Root),
        (text.replace("uFU=", "uFU=AAAA"), CheckpointError::Root),
    ];
    for (text, error) in wrong {
        assert_eq!(text.parse::<Checkpoint>(), Err(error), "{text:?}");
    }
}
