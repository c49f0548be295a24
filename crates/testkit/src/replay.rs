//! What both sides said in one run, said to a stream again in that order but cut anywhere. (`recording` does the same with
//! sessions of a real gateway.)

use wire::Side;

use crate::conformance::{Subject, setup};
use crate::driver::{Cuts, Run, Setup, allow_all, run};
use crate::peer::{Heard, Peer, Said};
use crate::random::{Random, Seeded};

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
