//! Randomness that can be had again: one seed, printed on failure, taken from `SIGNET_SEED` to replay it.

use std::time::{SystemTime, UNIX_EPOCH};

/// A small generator (splitmix64).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The generator of that seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.number() % u64::try_from(bound).unwrap()).unwrap()
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// What everyday runs use: they must not fail today and pass tomorrow. New ground is for `make soak`.
const EVERYDAY: u64 = 20_261_123;

/// The seed of this run: `SIGNET_SEED`, or a new one in `make soak`, or always the same. Put it in the message of whatever
/// fails.
pub fn seed() -> u64 {
    match std::env::var("SIGNET_SEED") {
        Ok(text) => text.parse().expect("SIGNET_SEED is a number"),
        Err(_) if std::env::var_os("SIGNET_SOAK").is_none() => EVERYDAY,
        Err(_) => SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| time.subsec_nanos().into()),
    }
}

/// Prints the seed when the test that holds it fails.
pub struct Seeded(pub u64);

impl Drop for Seeded {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("to have this failure again: SIGNET_SEED={}", self.0);
        }
    }
}
