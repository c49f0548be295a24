//! A set of numbers that are used one after the other: kept as ranges, so that it stays small.

/// Numbers that were used.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers(Vec<(u64, u64)>);

impl Numbers {
    /// Adds a number; false when it was there already.
    pub(crate) fn insert(&mut self, number: u64) -> bool {
        // The first range that is not wholly before it.
        let at = self.0.partition_point(|(_, last)| *last < number);
        if self.0.get(at).is_some_and(|(first, _)| *first <= number) {
            return false;
        }
        let joins_next = self.0.get(at).is_some_and(|(first, _)| *first - 1 == number);
        let before = at.checked_sub(1).filter(|before| self.0.get(*before).is_some_and(|(_, last)| last + 1 == number));
        match (before, joins_next) {
            (Some(before), true) => {
                let (_, last) = self.0.remove(at);
                self.change(before, |range| range.1 = last);
            }
            (Some(before), false) => self.change(before, |range| range.1 = number),
            (None, true) => self.change(at, |range| range.0 = number),
            (None, false) => self.0.insert(at, (number, number)),
        }
        true
    }

    fn change(&mut self, at: usize, change: impl FnOnce(&mut (u64, u64))) {
        if let Some(range) = self.0.get_mut(at) {
            change(range);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn it_is_a_set_in_few_ranges() {
        let (mut numbers, mut naive, mut state) = (Numbers::default(), HashSet::new(), 7u64);
        for _ in 0..5_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let number = (state >> 33) % 700;
            assert_eq!(numbers.insert(number), naive.insert(number), "{number}");
        }
        assert_eq!(numbers.0, [(0, 699)]);
        assert!(numbers.insert(u64::MAX - 1) && numbers.insert(u64::MAX) && !numbers.insert(u64::MAX));
    }
}
