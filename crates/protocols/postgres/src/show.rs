//! A recorded result, as lines for a person: tables, tags, errors, copied lines.
//!
//! Values stand as in COPY's text format: NULL is `\N`, a backslash is doubled. Binary values, and text that is not UTF-8,
//! are base16 behind `\x`. What is too long to be shown, or no message of PostgreSQL, is counted.

mod messages;
mod table;
#[cfg(test)]
mod tests;
mod value;

use wire::Show;

use crate::frame::{HEADER, Header};
use messages::Message;
use table::Table;

/// A longer message is not held, only counted.
const LONGEST: usize = 1 << 20;

/// A fresh reading.
pub(crate) fn show() -> Box<dyn Show> {
    Box::new(Reading::default())
}

/// The reading of one result.
#[derive(Default)]
struct Reading {
    /// The beginning of a message.
    held: Vec<u8>,
    /// Bytes still to come of a message that is too long.
    passing: usize,
    /// How many bytes came since something was no message; nothing is understood from there on.
    lost: Option<usize>,
    table: Table,
    /// What is copied is not text.
    binary_copy: bool,
}

impl Show for Reading {
    fn take(&mut self, bytes: &[u8], lines: &mut Vec<String>) {
        let (passed, bytes) = bytes.split_at_checked(self.passing).unwrap_or((bytes, &[]));
        self.passing = self.passing.saturating_sub(passed.len());
        let mut held = std::mem::take(&mut self.held);
        held.extend_from_slice(bytes);
        let mut left = held.as_slice();
        while let Some(rest) = self.message(left, lines) {
            left = rest;
        }
        self.held = left.to_vec();
    }

    fn end(&mut self, lines: &mut Vec<String>) {
        self.table.flush(lines);
        if let Some(lost) = self.lost {
            lines.push(format!("({lost} bytes that are no messages of PostgreSQL)"));
        } else if self.passing > 0 || !self.held.is_empty() {
            lines.push("(it ends inside a message)".to_owned());
        }
    }
}

impl Reading {
    /// Reads the message at the front, and gives what stands behind it; `None` when it is not whole yet.
    fn message<'a>(&mut self, bytes: &'a [u8], lines: &mut Vec<String>) -> Option<&'a [u8]> {
        if let Some(lost) = &mut self.lost {
            *lost = lost.saturating_add(bytes.len());
            return (!bytes.is_empty()).then_some(&[]);
        }
        let header = match Header::of(bytes) {
            Ok(None) => return None,
            Ok(Some(header)) if messages::is_known(header.tag) => header,
            _ => {
                self.lost = Some(0);
                return Some(bytes);
            }
        };
        if header.total > LONGEST {
            self.table.flush(lines);
            lines.push(format!("(a message of {} bytes, too long to be shown here)", header.total));
            self.passing = header.total.saturating_sub(bytes.len());
            return Some(bytes.get(header.total..).unwrap_or_default());
        }
        let (message, rest) = bytes.split_at_checked(header.total)?;
        let body = message.get(HEADER..).unwrap_or_default();
        match Message::read(header.tag, body) {
            Ok(message) => self.shown(message, lines),
            Err(malformed) => {
                self.table.flush(lines);
                lines.push(format!("(a message of {} bytes: {malformed})", header.total));
            }
        }
        Some(rest)
    }

    fn shown(&mut self, message: Message<'_>, lines: &mut Vec<String>) {
        match message {
            Message::Columns(columns) => self.table.begin(columns, lines),
            Message::Row(values) => self.table.row(&values, lines),
            Message::Copying { binary } => self.binary_copy = binary,
            Message::Copied(bytes) if self.binary_copy => lines.push(value::binary(bytes)),
            Message::Copied(bytes) => {
                let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
                lines.extend(text.split(|byte| *byte == b'\n').map(value::copied));
            }
            Message::Told(told) => {
                self.table.flush(lines);
                lines.extend(told);
            }
            Message::Ended(tag) => {
                self.table.flush(lines);
                self.table = Table::default();
                lines.push(tag);
            }
            Message::Silent => {}
        }
    }
}
