//! Recorded traffic: both directions as they were said, in a file, fed to a stream again in that order but cut anywhere.
//!
//! A file is a run of chunks: one byte of direction (`c` client, `t` target, and their ends `C` and `T`), the length as `u32`
//! big-endian, and so many bytes.

use std::io::{self, Read, Write};

use bytes::Bytes;
use wire::Side;

use crate::conformance::{Subject, setup};
use crate::driver::{Cuts, Run, Setup, allow_all, run};
use crate::peer::{Heard, Peer, Said};
use crate::random::{Random, Seeded};

/// The longest chunk of a file.
const CHUNK: u32 = 64 * 1024 * 1024;

/// Writes a recording.
///
/// # Errors
/// When writing fails.
pub fn write(chunks: &[(Side, Said)], mut to: impl Write) -> io::Result<()> {
    for (side, said) in chunks {
        let (direction, bytes) = match (side, said) {
            (Side::Client, Said::Bytes(_, bytes)) => (b'c', bytes.clone()),
            (Side::Target, Said::Bytes(_, bytes)) => (b't', bytes.clone()),
            (Side::Client, Said::End) => (b'C', Bytes::new()),
            (Side::Target, Said::End) => (b'T', Bytes::new()),
            (_, Said::Head(_) | Said::Cancel) => continue,
        };
        to.write_all(&[direction])?;
        to.write_all(&u32::try_from(bytes.len()).map_err(io::Error::other)?.to_be_bytes())?;
        to.write_all(&bytes)?;
    }
    Ok(())
}

/// Reads a recording.
///
/// # Errors
/// When it is cut short, has an unknown direction, or a chunk that is too long.
pub fn read(mut from: impl Read) -> io::Result<Vec<(Side, Said)>> {
    let mut chunks = Vec::new();
    let mut direction = [0];
    while from.read(&mut direction)? == 1 {
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length);
        if length > CHUNK {
            return Err(io::Error::other("a chunk of the recording is too long"));
        }
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        from.read_exact(&mut bytes)?;
        chunks.push(match direction[0] {
            b'c' => (Side::Client, Said::Bytes(0, bytes.into())),
            b't' => (Side::Target, Said::Bytes(0, bytes.into())),
            b'C' => (Side::Client, Said::End),
            b'T' => (Side::Target, Said::End),
            other => return Err(io::Error::other(format!("a direction {other} is not known"))),
        });
    }
    Ok(chunks)
}

/// A peer that says nothing of itself: a recording speaks for it.
pub struct Silent;

impl Peer for Silent {
    fn hears(&mut self, _: Heard<'_>, _: &mut Vec<Said>) {}
}

/// Replays a recording: whole, one byte at a time (when it is short), and cut at places that follow from the seed. What the
/// gateway says to each side must not depend on the cut; the driver checks all the while that nothing reaches the target
/// without leave.
pub fn replays(subject: &dyn Subject, chunks: &[(Side, Said)], seed: u64, rounds: usize) -> Run {
    let _seeded = Seeded(seed);
    let mut random = Random::new(seed);
    let whole = replay(subject, chunks, Cuts::Whole);
    let short = chunks.len() < 10_000;
    let cuts = std::iter::repeat_with(|| Cuts::Seeded(random.number())).take(rounds);
    for cuts in short.then_some(Cuts::Bytes).into_iter().chain(cuts) {
        let cut = replay(subject, chunks, cuts);
        assert_eq!(cut.violation, whole.violation, "{cuts:?}");
        for side in [Side::Client, Side::Target] {
            assert!(
                cut.bytes(side, 0) == whole.bytes(side, 0),
                "{cuts:?}: what the {side:?} is sent depends on the cut"
            );
        }
    }
    whole
}

/// Replays a recording once.
pub fn replay(subject: &dyn Subject, chunks: &[(Side, Said)], cuts: Cuts) -> Run {
    run(Setup {
        client: Box::new(Silent),
        target: Box::new(Silent),
        script: chunks.iter().cloned().collect(),
        ..setup(subject, &[], cuts, allow_all())
    })
}
