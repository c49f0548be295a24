//! A bounds-checked cursor over received bytes. Lengths are unsigned and nothing is allocated on a peer's word.

/// The bytes are not what the protocol says they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed: {0}")]
pub struct Malformed(pub &'static str);

/// Reads big-endian fields from a frame; every read is checked, and `finish` demands that all was consumed.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader over the whole of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes }
    }

    /// How many bytes are unread.
    pub fn remaining(&self) -> usize {
        self.left.len()
    }

    /// The next `n` bytes.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn bytes(&mut self, n: usize) -> Result<&'a [u8], Malformed> {
        let (taken, left) = self.left.split_at_checked(n).ok_or(Malformed("a field is longer than its frame"))?;
        self.left = left;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.bytes(N)?.try_into().map_err(|_| Malformed("a field is longer than its frame"))
    }

    /// One byte.
    ///
    /// # Errors
    /// At the end of the frame.
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        self.array::<1>().map(u8::from_be_bytes)
    }

    /// A 16-bit number.
    ///
    /// # Errors
    /// At the end of the frame.
    pub fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_be_bytes)
    }

    /// A 32-bit number.
    ///
    /// # Errors
    /// At the end of the frame.
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_be_bytes)
    }

    /// The bytes before the next NUL, which is consumed.
    ///
    /// # Errors
    /// When there is no NUL.
    pub fn c_str(&mut self) -> Result<&'a [u8], Malformed> {
        let at = self.left.iter().position(|byte| *byte == 0).ok_or(Malformed("a string does not end"))?;
        let text = self.bytes(at)?;
        self.bytes(1)?;
        Ok(text)
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.left)
    }

    /// Demands that the whole frame was consumed.
    ///
    /// # Errors
    /// When bytes are left.
    pub fn finish(self) -> Result<(), Malformed> {
        if self.left.is_empty() { Ok(()) } else { Err(Malformed("a frame is longer than its fields")) }
    }
}
