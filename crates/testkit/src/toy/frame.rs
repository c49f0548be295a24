//! One message: `u32` length of what follows it, a tag byte, a body. Nothing is allocated on a peer's word.

use bytes::{BufMut, Bytes, BytesMut};
use wire::{Malformed, Reader};

/// Length and tag.
pub const HEADER: usize = 5;

/// The tags. A tag is used in both directions only where it means the same.
pub mod tag {
    /// Client: begin TLS. Answered by the same, then the handshake follows.
    pub const TLS: u8 = b'T';
    /// Hello: `user NUL resource NUL proof` from a client, `user NUL password` to a target, empty as the answer.
    pub const HELLO: u8 = b'H';
    /// Target: the key by which another connection may cancel.
    pub const KEY: u8 = b'K';
    /// Client, on a connection of its own: cancel what runs under this key.
    pub const CANCEL: u8 = b'X';
    /// Client: read a key.
    pub const GET: u8 = b'G';
    /// Client: `key NUL value`, write it.
    pub const SET: u8 = b'S';
    /// Client: begin a transaction.
    pub const BEGIN: u8 = b'B';
    /// Client: end a transaction.
    pub const COMMIT: u8 = b'M';
    /// Client: from the answer on, raw bytes. Target: agreed.
    pub const UPGRADE: u8 = b'U';
    /// Client: goodbye.
    pub const QUIT: u8 = b'Q';
    /// Target: the names of a result's columns, each ended by NUL.
    pub const COLUMNS: u8 = b'C';
    /// Target: one value for each column, each behind its `u16` length.
    pub const ROW: u8 = b'R';
    /// Target: the command succeeded; the body is the transaction state.
    pub const DONE: u8 = b'Z';
    /// Target: the command failed; the body is the transaction state and a text.
    pub const ERROR: u8 = b'E';
    /// Target: text for people, at any time.
    pub const NOTICE: u8 = b'N';
}

/// A whole message, as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it is.
    pub tag: u8,
    /// All its bytes, the header included: what is forwarded is what was inspected.
    pub bytes: Bytes,
}

impl Frame {
    /// What follows the header.
    pub fn body(&self) -> &[u8] {
        self.bytes.get(HEADER..).unwrap_or_default()
    }

    /// The fields of the body.
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(self.body())
    }
}

/// Writes a message.
pub fn write(tag: u8, body: &[u8]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(HEADER + body.len());
    bytes.put_u32(u32::try_from(body.len() + 1).unwrap_or(u32::MAX));
    bytes.put_u8(tag);
    bytes.put_slice(body);
    bytes.freeze()
}

/// An error message.
pub fn error(transaction: u8, text: &str) -> Bytes {
    write(tag::ERROR, &[&[transaction], text.as_bytes()].concat())
}

/// A refusal of ours, outside of a transaction.
pub fn refusal(why: &model::Public) -> Bytes {
    error(0, &format!("signet: {why}"))
}

/// Cuts the bytes of one side into messages.
#[derive(Debug)]
pub struct Framer {
    needed: usize,
}

impl Default for Framer {
    fn default() -> Self {
        Self { needed: HEADER }
    }
}

impl Framer {
    /// How many bytes must be there before `take` can do something.
    pub fn needed(&self) -> usize {
        self.needed
    }

    /// Takes the next message off the buffer, if all of it is there.
    ///
    /// # Errors
    /// When its length is nothing or above `cap`.
    pub fn take(&mut self, buffer: &mut BytesMut, cap: usize) -> Result<Option<Frame>, Malformed> {
        let Some(header) = buffer.get(..HEADER) else { return Ok(None) };
        let mut reader = Reader::new(header);
        let length = reader.u32()? as usize;
        if length == 0 || length > cap {
            return Err(Malformed("the length of a message is out of bounds"));
        }
        self.needed = length + HEADER - 1;
        if buffer.len() < self.needed {
            return Ok(None);
        }
        let frame = Frame { tag: reader.u8()?, bytes: buffer.split_to(self.needed).freeze() };
        self.needed = HEADER;
        Ok(Some(frame))
    }
}
