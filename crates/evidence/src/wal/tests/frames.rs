//! Tests of frames and of reading them.

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::wal::Follower;
use crate::wal::frame::{END, Frame, HEADER, Header, Parts, room};
use crate::wal::segment::{self, Head};

fn leaf(sequence: u64) -> Vec<u8> {
    format!("leaf {sequence} {}", "x".repeat(sequence as usize * 7 % 200)).into_bytes()
}

fn put(sequence: u64, batch: u64, bytes: &mut Vec<u8>) {
    let key: &[u8] = if sequence.is_multiple_of(3) { b"key" } else { b"" };
    let payloads = vec![7; sequence as usize % 130];
    let leaf = leaf(sequence);
    let parts = Parts { sequence, batch, hash: [sequence as u8; 32], leaf: &leaf, key, payloads: &payloads };
    assert!(parts.put(bytes));
}

/// A segment with these records, and behind them its end and `tail`.
fn write(folder: &Path, first: u64, records: std::ops::Range<u64>, tail: &[u8]) {
    let mut bytes = Head { first, state: b"state".to_vec() }.bytes().unwrap();
    records.for_each(|sequence| put(sequence, sequence, &mut bytes));
    bytes.extend_from_slice(&END);
    bytes.extend_from_slice(tail);
    fs::write(segment::path(folder, first), bytes).unwrap();
}

fn sequences(follower: &mut Follower) -> Vec<u64> {
    std::iter::from_fn(|| follower.look().unwrap().map(|frame| frame.sequence)).collect()
}

#[test]
fn a_frame_is_read_as_it_was_put_and_no_bit_of_it_may_differ() {
    for sequence in 0..200 {
        let mut bytes = Vec::new();
        put(sequence, sequence, &mut bytes);
        let header = Header::parse(&bytes).unwrap();
        assert_eq!(bytes.len(), room(header.length));
        let body = |bytes: &[u8]| bytes[HEADER..HEADER + header.length].to_vec();
        let frame = Frame::of(&header, body(&bytes)).unwrap();
        assert_eq!((frame.sequence, frame.hash), (sequence, [sequence as u8; 32]));
        assert_eq!(frame.leaf, leaf(sequence));
        assert_eq!(frame.key.is_some(), sequence.is_multiple_of(3));
        assert_eq!(frame.payloads.len(), sequence as usize % 130);
        for bit in 0..(HEADER + header.length) * 8 {
            let mut other = bytes.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            let read = Header::parse(&other).and_then(|header| Frame::of(&header, body(&other)));
            assert_eq!(read, None, "bit {bit} of frame {sequence}");
        }
    }
    assert_eq!(Header::parse(&END), None);
}

#[test]
fn a_follower_goes_from_segment_to_segment_and_not_into_what_an_earlier_use_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut follower = Follower::new(folder.path(), 3);
    assert!(sequences(&mut follower).is_empty());
    write(folder.path(), 0, 0..5, b"");
    assert_eq!(sequences(&mut follower), [3, 4]);
    let mut stale = Vec::new();
    put(2, 2, &mut stale);
    write(folder.path(), 5, 5..5, &stale);
    assert!(sequences(&mut follower).is_empty());
    write(folder.path(), 5, 5..9, &stale);
    assert_eq!(sequences(&mut follower), [5, 6, 7, 8]);
    assert_eq!(follower.below(9).unwrap(), None);
    assert!(follower.below(10).unwrap_err().to_string().contains("record 9"));
}

#[test]
fn a_follower_survives_the_reuse_of_the_segment_that_it_reads() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 0, 0..5, b"");
    let mut follower = Follower::new(folder.path(), 0);
    assert_eq!(follower.look().unwrap().unwrap().sequence, 0);
    write(folder.path(), 5, 5..7, b"");
    // The whole of the first segment was published, and it is used again.
    fs::rename(segment::path(folder.path(), 0), segment::path(folder.path(), 7)).unwrap();
    write(folder.path(), 7, 7..8, b"");
    let found = sequences(&mut follower);
    assert!(found.is_empty() || found == [1, 2, 3, 4, 5, 6, 7], "{found:?}");
    assert_eq!(sequences(&mut Follower::new(folder.path(), 5)), [5, 6, 7]);
}

#[test]
fn a_follower_does_not_believe_what_it_read_ahead() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 0, 0..2, &[0; 1 << 16]);
    let mut follower = Follower::new(folder.path(), 0);
    assert_eq!(follower.below(1).unwrap().unwrap().sequence, 0);
    // The file is written on behind its back.
    let path = segment::path(folder.path(), 0);
    let (mut bytes, before) = (fs::read(&path).unwrap(), fs::read(&path).unwrap());
    write(folder.path(), 0, 0..3, &[0; 1 << 16]);
    let after = fs::read(&path).unwrap();
    bytes.copy_from_slice(&after[..before.len()]);
    fs::write(&path, &before).unwrap();
    assert_eq!(follower.below(2).unwrap().unwrap().sequence, 1);
    fs::OpenOptions::new().write(true).open(&path).unwrap().write_all_at(&bytes, 0).unwrap();
    // Nothing stands behind it from which the reader could tell that it must be there.
    assert_eq!(follower.look().unwrap().unwrap().sequence, 2);
}
