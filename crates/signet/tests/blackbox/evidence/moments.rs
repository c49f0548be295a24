//! When the gateway is killed: at any time, and as close as can be to what must not be torn apart.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use testkit::random::Random;

use super::pins::Pins;

/// No moment is waited for longer.
const LONGEST: Duration = Duration::from_secs(2);

/// What the gateway is killed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// So long after the load has begun.
    Any(Duration),
    /// A segment has just begun.
    Rotation,
    /// The signer has just kept a note, which is not shown yet.
    Signing,
    /// A checkpoint has just been shown; what is not needed any more goes, and segments are used again.
    Publication,
}

impl Moment {
    pub fn choose(random: &mut Random) -> Self {
        match random.below(6) {
            0 => Self::Rotation,
            1 => Self::Signing,
            2 => Self::Publication,
            _ => Self::Any(Duration::from_millis(random.below(300) as u64)),
        }
    }

    /// Comes back at the moment; says whether it came.
    pub fn wait(self, data: &Path, pins: &mut Pins) -> bool {
        let start = Instant::now();
        let (segment, kept) = (newest_segment(data), fs::read(data.join("signer/checkpoint")).ok());
        while start.elapsed() < LONGEST {
            let shown = pins.look(data);
            let now = match self {
                Self::Any(after) => start.elapsed() >= after,
                Self::Rotation => newest_segment(data) != segment,
                Self::Signing => fs::read(data.join("signer/checkpoint")).ok() != kept,
                Self::Publication => shown,
            };
            if now {
                return true;
            }
            if matches!(self, Self::Any(_)) {
                // The others are looked for without a pause: what they are to hit is over in a moment.
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        false
    }
}

fn newest_segment(data: &Path) -> Option<String> {
    let names = fs::read_dir(data.join("journal")).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter_map(|name| Some(name.to_str()?.to_owned())).filter(|name| name.ends_with(".journal")).max()
}
