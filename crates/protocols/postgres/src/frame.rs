//! Frames: a tag, a length that counts itself, a body. Lengths are unsigned and capped before anything is made of them.

use bytes::{BufMut, Bytes, BytesMut};
use wire::{Malformed, Reader};

/// Tag and length.
pub(crate) const HEADER: usize = 5;

/// The beginning of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) tag: u8,
    /// Bytes of the whole frame, header included.
    pub(crate) total: usize,
}

impl Header {
    /// The header at the front of `bytes`, or `None` when not all of it is there.
    pub(crate) fn of(bytes: &[u8]) -> Result<Option<Self>, Malformed> {
        let mut reader = Reader::new(bytes);
        if reader.remaining() < HEADER {
            return Ok(None);
        }
        let tag = reader.u8()?;
        let length = reader.u32()?;
        if length < 4 {
            return Err(Malformed("a length is shorter than itself"));
        }
        let total = usize::try_from(length).ok().and_then(|length| length.checked_add(1));
        total.map(|total| Some(Self { tag, total })).ok_or(Malformed("a length is too large"))
    }

    /// Bytes of the body.
    pub(crate) fn body(self) -> usize {
        self.total.saturating_sub(HEADER)
    }
}

/// A frame of ours. Only for bodies that we write ourselves, which are small.
pub(crate) fn frame(tag: u8, write: impl FnOnce(&mut BytesMut)) -> Bytes {
    let mut body = BytesMut::new();
    write(&mut body);
    let mut bytes = BytesMut::with_capacity(body.len().saturating_add(HEADER));
    bytes.put_u8(tag);
    bytes.put_u32(length(body.len()));
    bytes.extend_from_slice(&body);
    bytes.freeze()
}

/// Writes a frame of any size.
pub(crate) fn put<E>(
    tag: u8,
    into: &mut BytesMut,
    write: impl FnOnce(&mut BytesMut) -> Result<(), E>,
) -> Result<(), E> {
    let begin = into.len();
    into.put_u8(tag);
    into.put_u32(0);
    write(into)?;
    let length = length(into.len().saturating_sub(begin).saturating_sub(HEADER));
    if let Some(field) = into.get_mut(begin.saturating_add(1)..).and_then(|left| left.first_chunk_mut::<4>()) {
        *field = length.to_be_bytes();
    }
    Ok(())
}

/// The length field of a body of `body` bytes. One that does not fit becomes a length that every peer refuses.
pub(crate) fn length(body: usize) -> u32 {
    body.checked_add(4).and_then(|length| u32::try_from(length).ok()).unwrap_or(0)
}

/// Writes a string with its NUL. Text of ours never holds one; from anything else the rest behind it is dropped.
pub(crate) fn put_c_str(bytes: &mut BytesMut, text: &[u8]) {
    let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
    bytes.extend_from_slice(text);
    bytes.put_u8(0);
}
