//! Tests of the boundary's own pieces.

use bytes::Bytes;

use crate::{Entropy, Malformed, Mint, Reader, Replies, Ticket};

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
