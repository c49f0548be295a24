//! The parameters of a command as they stand in their payload: each with its length before it.

/// One after the other; `None` is NULL.
#[derive(Clone, Debug)]
pub struct Parameters<'a> {
    rest: &'a [u8],
}

impl<'a> Parameters<'a> {
    /// Those of a payload.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What comes behind those that were taken; what is no parameter, when there are no more.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for Parameters<'a> {
    type Item = Option<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let (length, rest) = self.rest.split_first_chunk()?;
        let length = u32::from_be_bytes(*length);
        // The largest length is NULL.
        let wanted = if length == u32::MAX { 0 } else { usize::try_from(length).ok()? };
        let (value, rest) = rest.split_at_checked(wanted)?;
        self.rest = rest;
        Some((length != u32::MAX).then_some(value))
    }
}
