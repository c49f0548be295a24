//! Bytes as choices: what a case does follows from its bytes alone. When they are spent every choice is 0, which is always the
//! plain one, so that a case is made smaller by cutting its bytes short.

/// The choices of one case.
pub(super) struct Choices<'a> {
    left: &'a [u8],
}

impl<'a> Choices<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes }
    }

    pub(super) fn byte(&mut self) -> u8 {
        let Some((first, left)) = self.left.split_first() else { return 0 };
        self.left = left;
        *first
    }

    /// A number below `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let number =
            if bound <= 256 { u32::from(self.byte()) } else { u32::from_be_bytes([0; 4].map(|_| self.byte())) };
        number as usize % bound.max(1)
    }

    /// True once in `n` times, and never when the bytes are spent.
    pub(super) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }
}
