//! The mask of one command at work: what is done with each column of what its result shows, and how much was.

use std::fmt;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use model::{ColumnId, ColumnShown, Mask, Public, Treatment, ValueKind};
use wire::{Malformed, Reader};

use super::copied::Copied;
use crate::copy_options;
use crate::frame;
use crate::message::{row_description, value};
use crate::values::{self, Form};

/// A mask, and what it has done so far.
pub(super) struct Veiling {
    mask: Arc<dyn Mask>,
    /// The command, as it was decided.
    text: Bytes,
    /// `standard_conforming_strings`, where it is certain that the command is read with it.
    strings: Option<bool>,
    shows: Shows,
    masked: u64,
}

/// What comes of the result.
enum Shows {
    /// Nothing: it has not been described.
    Nothing,
    /// All of it, as it is.
    All,
    Rows(Vec<Column>),
    Copy(Box<Copied>),
}

struct Column {
    treatment: Treatment,
    kind: ValueKind,
    binary: bool,
}

/// Why a row or a piece of a copy is not shown.
#[derive(Debug)]
pub(super) enum Unshown {
    /// The target broke the protocol.
    Malformed(Malformed),
    /// It cannot be masked.
    Refused(Public),
}

impl From<Malformed> for Unshown {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl Veiling {
    pub(super) fn new(mask: Arc<dyn Mask>, text: Bytes, strings: Option<bool>) -> Self {
        Self { mask, text, strings, shows: Shows::Nothing, masked: 0 }
    }

    pub(super) fn scrubs(&self) -> bool {
        self.mask.scrubs()
    }

    /// Values that were replaced or left out.
    pub(super) fn masked(&self) -> u64 {
        self.masked
    }

    /// Bytes that are held until the rest of their row comes.
    pub(super) fn holds(&self) -> usize {
        if let Shows::Copy(copied) = &self.shows { copied.holds() } else { 0 }
    }

    /// Whether its rows pass as they are.
    pub(super) fn shows_all(&self) -> bool {
        matches!(self.shows, Shows::All)
    }

    /// A RowDescription came.
    pub(super) fn described(&mut self, body: &[u8]) -> Result<(), Unshown> {
        self.shows = Shows::Nothing;
        let columns = row_description::columns(body)?;
        let shown: Vec<ColumnShown> = columns.iter().map(shown).collect();
        let treatments = self.mask.columns(&shown).map_err(Unshown::Refused)?;
        if treatments.len() != shown.len() {
            return Err(Unshown::Refused(Public::internal()));
        }
        self.shows = if all_show(&treatments) {
            Shows::All
        } else {
            let with = treatments.into_iter().zip(shown).zip(columns);
            let column = |((treatment, shown), column): ((Treatment, ColumnShown), row_description::Column<'_>)| {
                Column { treatment, kind: shown.kind, binary: column.binary }
            };
            Shows::Rows(with.map(column).collect())
        };
        Ok(())
    }

    /// A CopyOutResponse came.
    pub(super) fn copies(&mut self, body: &[u8], overlapping: bool) -> Result<(), Unshown> {
        self.shows = Shows::Nothing;
        let mut reader = Reader::new(body);
        let binary = reader.u8()? != 0;
        let count = usize::from(reader.u16()?);
        reader.bytes(count.saturating_mul(2))?;
        reader.finish()?;
        let columns = self.mask.copied(count, &|type_id| values::kind(type_id, -1)).map_err(Unshown::Refused)?;
        if columns.len() != count {
            return Err(Unshown::Refused(Public::internal()));
        }
        if columns.iter().all(|(treatment, _)| matches!(treatment, Treatment::Show)) {
            self.shows = Shows::All;
            return Ok(());
        }
        let options = copy_options::options(&self.text, self.strings);
        let options = options.filter(|options| options.is_binary() == binary && (binary || !overlapping));
        let options = options.ok_or_else(|| Unshown::Refused(not_understood()))?;
        self.shows = Shows::Copy(Box::new(Copied::new(options, columns)));
        Ok(())
    }

    /// Writes the frame of a row that came.
    pub(super) fn row(&mut self, body: &[u8], utf8: bool, into: &mut BytesMut) -> Result<(), Unshown> {
        let Shows::Rows(columns) = &self.shows else { return Err(Unshown::Refused(Public::internal())) };
        let mut reader = Reader::new(body);
        let count = reader.u16()?;
        if usize::from(count) != columns.len() {
            return Err(Malformed("a row has another number of values than its description").into());
        }
        let mut masked = 0;
        frame::put(b'D', into, |into| {
            into.put_u16(count);
            for column in columns {
                let value = value(&mut reader)?;
                masked += u64::from(column.put(value, utf8, into));
            }
            reader.finish()
        })?;
        self.masked = self.masked.saturating_add(masked);
        Ok(())
    }

    /// Writes the frames of the rows that a CopyData completes.
    pub(super) fn copied(&mut self, body: &[u8], utf8: bool, most: usize, into: &mut BytesMut) -> Result<(), Unshown> {
        let Shows::Copy(copied) = &mut self.shows else { return Err(Unshown::Refused(Public::internal())) };
        let masked = copied.data(body, utf8, most, into).map_err(|_| Unshown::Refused(not_a_copy()))?;
        self.masked = self.masked.saturating_add(masked);
        Ok(())
    }

    /// The copy is over.
    pub(super) fn copy_ends(&self) -> Result<(), Public> {
        match &self.shows {
            Shows::Copy(copied) if copied.holds() > 0 => Err(not_a_copy()),
            _ => Ok(()),
        }
    }
}

impl Column {
    /// Writes what is shown of a value, and its length; whether it is masked.
    fn put(&self, value: Option<&[u8]>, utf8: bool, into: &mut BytesMut) -> bool {
        let shown = match (value, &self.treatment) {
            (Some(value), Treatment::Show) => {
                into.put_u32(u32::try_from(value.len()).unwrap_or(0));
                into.put_slice(value);
                return false;
            }
            (Some(value), Treatment::Veil(veil)) => {
                let form = Form { binary: self.binary, utf8 };
                values::put_value(into, |into| values::veil(veil.as_ref(), &self.kind, form, value, into))
            }
            (Some(_), Treatment::Null) | (None, _) => None,
        };
        if shown.is_none() {
            into.put_u32(u32::MAX);
        }
        value.is_some()
    }
}

fn all_show(treatments: &[Treatment]) -> bool {
    treatments.iter().all(|treatment| matches!(treatment, Treatment::Show))
}

fn shown(column: &row_description::Column<'_>) -> ColumnShown {
    let origin = ColumnId { relation: column.relation, column: column.number };
    ColumnShown {
        name: String::from_utf8_lossy(column.name).into_owned(),
        origin: (column.relation != 0).then_some(origin),
        type_id: column.type_id,
        kind: values::kind(column.type_id, column.modifier),
    }
}

fn not_understood() -> Public {
    Public::new(model::Class::Unsupported, "the options of this COPY are not understood, and its columns must be masked")
        .with_hint("Write it alone in its message, with FORMAT, HEADER, DELIMITER, NULL, QUOTE and ESCAPE as plain literals, in UTF-8.")
}

fn not_a_copy() -> Public {
    Public::new(model::Class::Unsupported, "the data of this COPY are not what its options say, or a row is too large")
        .with_hint("Its columns must be masked. SELECT them instead.")
}

impl fmt::Debug for Veiling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Veiling").field("masked", &self.masked).finish_non_exhaustive()
    }
}
