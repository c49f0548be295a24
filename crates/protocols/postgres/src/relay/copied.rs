//! The data of a COPY to the client: rows in one of three formats, cut anywhere, masked one by one. Each row leaves as one
//! CopyData, as the target sends it.

mod binary;
mod csv;
mod text;

use bytes::{Buf, BufMut, BytesMut};
use model::{Treatment, ValueKind};

use crate::copy_options::Options;
use crate::frame;
use crate::values::{self, Form};

/// The columns of a copy.
type Columns = [(Treatment, ValueKind)];

/// The data are not what the options of the copy say, or a row is larger than may be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotACopy;

/// A copy that is under way.
pub(super) struct Copied {
    options: Options,
    columns: Vec<(Treatment, ValueKind)>,
    /// What came of the next row.
    held: BytesMut,
    /// Where a masked value is written first, as its length or its escapes are not known before.
    room: BytesMut,
    /// Where its end is looked for next.
    search: Search,
    /// Lines or bytes that are no row come first.
    header: bool,
    /// The end of a binary copy has come.
    ended: bool,
}

/// How far a row was looked through.
#[derive(Clone, Copy, Debug, Default)]
struct Search {
    at: usize,
    /// Inside of quotes.
    quoted: bool,
    /// The byte before was the escape of such quotes.
    escaped: bool,
    /// Of a binary row, values still to come; `None` before their number is known.
    values: Option<u16>,
}

/// Where the next row ends.
enum End {
    /// Not in what has come.
    Unknown,
    At(usize),
}

impl Copied {
    pub(super) fn new(options: Options, columns: Vec<(Treatment, ValueKind)>) -> Self {
        let header = match &options {
            Options::Text(text) => text.header,
            Options::Csv(csv) => csv.header,
            Options::Binary => true,
        };
        Self {
            options,
            columns,
            held: BytesMut::new(),
            room: BytesMut::new(),
            search: Search::default(),
            header,
            ended: false,
        }
    }

    /// Bytes of a row whose end has not come.
    pub(super) fn holds(&self) -> usize {
        self.held.len()
    }

    /// Takes data, and writes the frames of the rows that are whole with them; how many values are masked. No row may be
    /// longer than `most`.
    pub(super) fn data(&mut self, data: &[u8], utf8: bool, most: usize, into: &mut BytesMut) -> Result<u64, NotACopy> {
        self.held.extend_from_slice(data);
        let mut masked = 0_u64;
        loop {
            let end = match &self.options {
                Options::Text(_) => text::end(&self.held, &mut self.search),
                Options::Csv(csv) => csv::end(csv, &self.held, &mut self.search),
                Options::Binary => binary::end(&self.held, self.header, &mut self.search)?,
            };
            let End::At(end) = end else { break };
            masked = masked.saturating_add(self.put_row(end, utf8, into)?);
            self.held.advance(end.min(self.held.len()));
            self.search = Search::default();
        }
        if self.held.len() > most { Err(NotACopy) } else { Ok(masked) }
    }

    fn put_row(&mut self, end: usize, utf8: bool, into: &mut BytesMut) -> Result<u64, NotACopy> {
        let row = self.held.get(..end).ok_or(NotACopy)?;
        if self.ended {
            return Err(NotACopy);
        }
        let is_line = !self.options.is_binary();
        if std::mem::take(&mut self.header) && is_line {
            frame::put(b'd', into, |into| {
                into.put_slice(row);
                Ok::<(), NotACopy>(())
            })?;
            return Ok(0);
        }
        let (columns, form, room) = (self.columns.as_slice(), Form { binary: !is_line, utf8 }, &mut self.room);
        let (mut masked, mut ended) = (0, false);
        frame::put(b'd', into, |into| {
            (masked, ended) = match &self.options {
                Options::Text(text) => (text::row(text, columns, form, row, room, into)?, false),
                Options::Csv(csv) => (csv::row(csv, columns, form, row, room, into)?, false),
                Options::Binary => binary::row(columns, form, row, room, into)?,
            };
            Ok::<(), NotACopy>(())
        })?;
        self.ended = ended;
        Ok(masked)
    }
}

/// What is shown of a value that is not missing: `None` = that it is.
fn veiled<'a>(
    (treatment, kind): &(Treatment, ValueKind),
    form: Form,
    value: &'a [u8],
    room: &'a mut BytesMut,
) -> (Option<&'a [u8]>, bool) {
    match treatment {
        Treatment::Show => (Some(value), false),
        Treatment::Null => (None, true),
        Treatment::Veil(veil) => {
            room.clear();
            let shown = values::veil(veil.as_ref(), kind, form, value, room);
            let room: &'a [u8] = room;
            (shown.map(|()| room), true)
        }
    }
}
