//! DataRow: the values of one row, checked while they pass and never held: a row may be larger than memory allows.

use wire::Malformed;

/// Follows one row through its frame, in pieces of any size.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RowCheck {
    /// Bytes of the value that is passing.
    value: usize,
    /// Values still to come.
    values: u32,
    /// The field that is being put together: up to four bytes, and how many are wanted.
    field: u32,
    wanted: u8,
    started: bool,
}

impl RowCheck {
    /// A row of which nothing has come.
    pub(crate) fn new() -> Self {
        Self { wanted: 2, ..Self::default() }
    }

    /// Follows the next piece. `columns` is what the description promised, when there was one.
    pub(crate) fn piece(&mut self, mut piece: &[u8], columns: Option<u16>) -> Result<(), Malformed> {
        while !piece.is_empty() {
            if self.value > 0 {
                let taken = self.value.min(piece.len());
                self.value = self.value.saturating_sub(taken);
                piece = piece.get(taken..).unwrap_or_default();
                continue;
            }
            if self.wanted == 4
                && let Some((field, rest)) = piece.split_first_chunk::<4>()
            {
                self.length(u32::from_be_bytes(*field))?;
                piece = rest;
                continue;
            }
            let Some((byte, rest)) = piece.split_first() else { break };
            piece = rest;
            self.byte(*byte, columns)?;
        }
        Ok(())
    }

    fn byte(&mut self, byte: u8, columns: Option<u16>) -> Result<(), Malformed> {
        if self.wanted == 0 {
            return Err(Malformed("a row is longer than its values"));
        }
        self.field = self.field << 8 | u32::from(byte);
        self.wanted = self.wanted.saturating_sub(1);
        if self.wanted > 0 {
            return Ok(());
        }
        let field = std::mem::take(&mut self.field);
        if self.started {
            return self.length(field);
        }
        self.started = true;
        if columns.is_some_and(|columns| u32::from(columns) != field) {
            return Err(Malformed("a row has another number of values than its description"));
        }
        self.values = field;
        self.wanted = if field > 0 { 4 } else { 0 };
        Ok(())
    }

    fn length(&mut self, length: u32) -> Result<(), Malformed> {
        self.value = match length {
            u32::MAX => 0,
            length if length > i32::MAX.unsigned_abs() => return Err(Malformed("a value has a negative length")),
            length => usize::try_from(length).map_err(|_| Malformed("a value is too long"))?,
        };
        self.values = self.values.saturating_sub(1);
        self.wanted = if self.values > 0 { 4 } else { 0 };
        Ok(())
    }

    /// Demands that the row ended with its frame.
    pub(crate) fn finish(self) -> Result<(), Malformed> {
        if self.started && self.value == 0 && self.wanted == 0 {
            Ok(())
        } else {
            Err(Malformed("a value reaches past the end of its row"))
        }
    }
}
