//! The messages that a result is made of, as far as people want to see them.

use wire::{Malformed, Reader};

use super::table::Column;

/// One message.
pub(super) enum Message<'a> {
    /// What the rows are made of that follow.
    Columns(Vec<Column>),
    /// Values of a row; none is NULL.
    Row(Vec<Option<&'a [u8]>>),
    /// Copied data follows.
    Copying {
        /// In the binary format.
        binary: bool,
    },
    /// Copied data.
    Copied(&'a [u8]),
    /// Something that is told beside the result.
    Told(Vec<String>),
    /// A statement ended.
    Ended(String),
    /// Nothing to see.
    Silent,
}

/// Whether PostgreSQL sends such a message in answer to commands.
pub(super) fn is_known(tag: u8) -> bool {
    b"123ACDEGHINSTVWZcdnst".contains(&tag)
}

impl<'a> Message<'a> {
    pub(super) fn read(tag: u8, body: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let message = match tag {
            b'T' => Self::Columns(columns(&mut reader)?),
            b'D' => Self::Row(row(&mut reader)?),
            b'C' => Self::Ended(text(&mut reader)?),
            b'I' => Self::Ended("(an empty query)".to_owned()),
            b's' => Self::Ended("(more rows were left at the server)".to_owned()),
            b'E' => Self::Told(report(&mut reader, "ERROR")?),
            b'N' => Self::Told(report(&mut reader, "NOTICE")?),
            b'S' => Self::Told(vec![format!("{} = {}", text(&mut reader)?, text(&mut reader)?)]),
            b'A' => Self::Told(vec![notification(&mut reader)?]),
            b'V' => Self::Row(vec![crate::message::value(&mut reader)?]),
            b'G' | b'H' | b'W' => {
                let binary = reader.u8()? != 0;
                reader.rest();
                Self::Copying { binary }
            }
            b'd' => Self::Copied(reader.rest()),
            _ => {
                reader.rest();
                Self::Silent
            }
        };
        reader.finish()?;
        Ok(message)
    }
}

fn columns(reader: &mut Reader<'_>) -> Result<Vec<Column>, Malformed> {
    let mut columns = Vec::new();
    for _ in 0..reader.u16()? {
        let name = text(reader)?;
        // Table, attribute, type, size, modifier.
        reader.bytes(16)?;
        columns.push(Column { name, binary: reader.u16()? == 1 });
    }
    Ok(columns)
}

fn row<'a>(reader: &mut Reader<'a>) -> Result<Vec<Option<&'a [u8]>>, Malformed> {
    let mut values = Vec::new();
    for _ in 0..reader.u16()? {
        values.push(crate::message::value(reader)?);
    }
    Ok(values)
}

/// An error or a notice: severity, code and message, then what explains it.
fn report(reader: &mut Reader<'_>, kind: &str) -> Result<Vec<String>, Malformed> {
    let (mut severity, mut code, mut message) = (kind.to_owned(), String::new(), String::new());
    let mut more = Vec::new();
    loop {
        let field = reader.u8()?;
        if field == 0 {
            break;
        }
        let text = text(reader)?;
        match field {
            // Not translated, unlike `S`.
            b'V' => severity = text,
            b'C' => code = text,
            b'M' => message = text,
            b'D' => more.push(format!("DETAIL: {text}")),
            b'H' => more.push(format!("HINT: {text}")),
            b'W' => more.push(format!("CONTEXT: {text}")),
            _ => {}
        }
    }
    more.insert(0, format!("{severity} {code}: {message}"));
    Ok(more)
}

fn notification(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    reader.u32()?;
    Ok(format!("NOTIFY {}: {}", text(reader)?, text(reader)?))
}

fn text(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    Ok(super::value::cell(Some(reader.c_str()?), false))
}
