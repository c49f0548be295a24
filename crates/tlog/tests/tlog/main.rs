//! The formats, against vectors, against another implementation and against naive ones.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "this is test code: the lint knows functions marked #[test] only"
)]

mod files;
mod json;
mod merkle;
mod note;

/// Numbers from a seed (SplitMix64); the seed is printed, and `SIGNET_SEED` sets it.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let seed = std::env::var("SIGNET_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(4);
        println!("SIGNET_SEED={seed}");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}
