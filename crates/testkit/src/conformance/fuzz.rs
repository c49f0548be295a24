//! Traffic with random damage: a stream may give up, but never panics, never goes in circles, and never breaks what the
//! driver checks in every run.

use std::time::{Duration, Instant};

use wire::Plan;

use super::{Subject, setup};
use crate::driver::{Cuts, Decision, HoldEnds, denied, run};
use crate::peer::{Heard, Peer, Said};
use crate::random::{Random, Seeded, seed};

/// Damages the scenes of a subject for `SIGNET_FUZZ_SECONDS` (1 when not given).
pub fn mutations_are_survived(subject: &dyn Subject) {
    let seconds = std::env::var("SIGNET_FUZZ_SECONDS").map_or(1, |text| text.parse().expect("a number of seconds"));
    let until = Instant::now() + Duration::from_secs(seconds);
    let scenes = subject.scenes();
    let seeded = Seeded(seed());
    let mut random = Random::new(seeded.0);
    while Instant::now() < until {
        let words = &scenes[random.below(scenes.len())];
        let decisions = Random::new(random.number());
        let mut setup = setup(subject, words, Cuts::Seeded(random.number()), decide(decisions));
        setup.client = Box::new(Damaged { peer: setup.client, random: Random::new(random.number()) });
        setup.target = Box::new(Damaged { peer: setup.target, random: Random::new(random.number()) });
        let _ = run(setup);
    }
}

fn decide(mut random: Random) -> crate::driver::Decide {
    Box::new(move |_| match random.below(10) {
        0 => Decision::Deny(denied()),
        1 => Decision::Hold(HoldEnds::Approved),
        2 => Decision::Hold(HoldEnds::Cancelled),
        3 => Decision::Hold(HoldEnds::Left),
        4 => Decision::Hold(HoldEnds::Refused(denied())),
        5 => Decision::Overdue,
        6 => Decision::Plan(Plan { max_rows: Some(random.number() % 4), ..Plan::default() }),
        7 => Decision::Plan(Plan { max_bytes: Some(random.number() % 80), ..Plan::default() }),
        _ => Decision::Allow,
    })
}

/// A peer whose bytes are damaged now and then.
struct Damaged {
    peer: Box<dyn Peer>,
    random: Random,
}

impl Damaged {
    fn damage(&mut self, said: &mut Vec<Said>) {
        for said in said.iter_mut() {
            let Said::Bytes(_, bytes) = said else { continue };
            if bytes.is_empty() || !self.random.once_in(12) {
                continue;
            }
            let mut damaged = bytes.to_vec();
            let at = self.random.below(damaged.len());
            match self.random.below(4) {
                0 => damaged[at] ^= 1 << self.random.below(8),
                1 => damaged.truncate(at),
                2 => damaged.insert(at, self.random.number().to_le_bytes()[0]),
                _ => damaged.extend_from_within(..at),
            }
            *bytes = damaged.into();
        }
        if self.random.once_in(40) {
            said.push(Said::End);
        }
        if self.random.once_in(40) {
            said.push(Said::Cancel);
        }
    }
}

impl Peer for Damaged {
    fn begin(&mut self, said: &mut Vec<Said>) {
        self.peer.begin(said);
        self.damage(said);
    }

    fn hears(&mut self, heard: Heard<'_>, said: &mut Vec<Said>) {
        self.peer.hears(heard, said);
        self.damage(said);
    }

    fn aside(&mut self) -> Option<Box<dyn Peer>> {
        self.peer.aside()
    }

    fn nudged(&mut self, said: &mut Vec<Said>) {
        self.peer.nudged(said);
    }
}
