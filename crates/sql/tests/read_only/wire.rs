//! Messages of PostgreSQL's protocol.

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// One message, whole.
pub struct Message {
    pub tag: u8,
    pub bytes: Vec<u8>,
}

impl Message {
    /// What stands behind tag and length.
    pub fn body(&self) -> &[u8] {
        &self.bytes[5..]
    }

    /// A field of an ErrorResponse.
    pub fn field(&self, code: u8) -> Option<String> {
        let fields = self.body().split(|byte| *byte == 0);
        let field = fields.filter_map(|field| field.split_first()).find(|(first, _)| **first == code);
        field.map(|(_, text)| String::from_utf8_lossy(text).into_owned())
    }
}

/// The first message of a client, which has no tag.
pub fn first(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 4];
    stream.read_exact(&mut bytes)?;
    rest(stream, bytes, 0)
}

pub fn next(stream: &mut TcpStream) -> io::Result<Message> {
    let mut bytes = vec![0; 5];
    stream.read_exact(&mut bytes)?;
    let tag = bytes[0];
    Ok(Message { tag, bytes: rest(stream, bytes, 1)? })
}

fn rest(stream: &mut TcpStream, mut bytes: Vec<u8>, at: usize) -> io::Result<Vec<u8>> {
    let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    let read = bytes.len();
    bytes.resize(at + usize::try_from(length).unwrap(), 0);
    stream.read_exact(&mut bytes[read..])?;
    Ok(bytes)
}

/// Sends a message with this body.
pub fn send(stream: &mut TcpStream, tag: u8, body: &[u8]) -> io::Result<()> {
    let length = u32::try_from(body.len() + 4).unwrap();
    stream.write_all(&[&[tag][..], &length.to_be_bytes(), body].concat())
}

/// Sends a text to be run.
pub fn query(stream: &mut TcpStream, text: &str) -> io::Result<()> {
    send(stream, b'Q', &[text.as_bytes(), b"\0"].concat())
}
