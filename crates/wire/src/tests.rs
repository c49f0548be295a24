//! Tests of the boundary's own pieces.

use bytes::Bytes;

use crate::{Entropy, Malformed, Mint, Raw, Reader, Replies, Show, Ticket, escaped, is_hidden};

#[test]
fn the_reader_never_reads_past_the_frame() {
    let mut reader = Reader::new(&[0, 1, 0, 0, 0, 2, b'a', 0, 9]);
    assert_eq!(reader.u16(), Ok(1));
    assert_eq!(reader.u32(), Ok(2));
    assert_eq!(reader.c_str(), Ok(&b"a"[..]));
    assert_eq!(reader.u16(), Err(Malformed("a field is longer than its frame")));
    assert_eq!(reader.u8(), Ok(9));
    assert_eq!(reader.finish(), Ok(()));
    assert!(Reader::new(b"abc").c_str().is_err());
    assert!(Reader::new(b"abc").finish().is_err());
    assert!(Reader::new(b"abc").bytes(usize::MAX).is_err());
}

#[test]
fn our_answers_wait_behind_the_targets() {
    let mut replies = Replies::default();
    replies.target(1);
    assert!(replies.ours(Bytes::from_static(b"no")).is_empty());
    replies.target(2);
    assert_eq!(replies.next(), Some(&1));
    assert_eq!(replies.pop(), Some(1));
    assert_eq!(replies.due(), vec![Bytes::from_static(b"no")]);
    assert_eq!(replies.pop(), Some(2));
    assert!(replies.is_empty());
    assert_eq!(replies.ours(Bytes::from_static(b"now")), vec![Bytes::from_static(b"now")]);
}

#[test]
fn entropy_is_never_given_twice() {
    let mut bytes = [0; Entropy::BYTES];
    bytes.iter_mut().zip(0..).for_each(|(byte, at)| *byte = at);
    let mut entropy = Entropy::new(bytes);
    let first = entropy.take::<64>().unwrap();
    let second = entropy.take::<64>().unwrap();
    assert!(first.iter().all(|byte| !second.contains(byte)));
    assert!(entropy.take::<1>().is_err());
}

#[test]
fn a_mint_knows_its_own() {
    let go = Mint::new(7).go(Ticket::new(1));
    assert!(Mint::new(7).made(&go));
    assert!(!Mint::new(8).made(&go));
}

#[test]
fn shown_text_is_harmless_and_exact() {
    assert_eq!(escaped("naïve 日本 é\\n"), "naïve 日本 é\\\\n");
    assert_eq!(escaped("a\n\tb\u{1b}[2J\u{202e}x\u{7f}"), "a\\n\\tb\\u{1b}[2J\\u{202e}x\\u{7f}");
    for hidden in ['\u{9b}', '\u{200b}', '\u{2066}', '\u{2029}', '\u{feff}', '\u{e0041}', '\u{61c}', '\0'] {
        assert!(is_hidden(hidden) && !escaped(&hidden.to_string()).contains(hidden), "{hidden:?}");
    }
    let mut raw = Raw::default();
    let mut lines = Vec::new();
    for piece in [&b"one\ntw"[..], b"o \xff\xc3", b"\xa9\x1b\n", &[b'x'; 5000]] {
        raw.take(piece, &mut lines);
    }
    raw.end(&mut lines);
    assert_eq!(lines[..2], ["one", "two \\xffé\\u{1b}"]);
    assert_eq!(lines[2..].iter().map(String::len).collect::<Vec<_>>(), [4096, 904]);
}
