//! PostgreSQL frames, as the scripted peers write and read them. Written apart from the protocol crate, so that a mistake of
//! its codec is not shared.

use bytes::{Bytes, BytesMut};

/// A frame.
pub(super) struct Frame {
    pub(super) tag: u8,
    pub(super) body: Bytes,
}

impl Frame {
    /// The strings of the body, each ended by NUL; what stands behind the last NUL is left out.
    pub(super) fn strings(&self) -> Vec<String> {
        let mut parts: Vec<_> = self.body.split(|byte| *byte == 0).collect();
        parts.pop();
        parts.into_iter().map(|part| String::from_utf8_lossy(part).into_owned()).collect()
    }
}

/// Writes a frame.
pub(super) fn frame(tag: u8, body: &[u8]) -> Bytes {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    Bytes::from([&[tag][..], &length, body].concat())
}

/// Strings, each ended by NUL.
pub(super) fn strings(of: &[&str]) -> Vec<u8> {
    of.iter().flat_map(|text| [text.as_bytes(), b"\0"].concat()).collect()
}

/// Takes the next whole frame.
pub(super) fn take(bytes: &mut BytesMut) -> Result<Option<Frame>, String> {
    let Some(header) = bytes.get(..5) else { return Ok(None) };
    let length = u32::from_be_bytes(header[1..].try_into().unwrap()) as usize;
    if !(4..=1 << 20).contains(&length) {
        return Err(format!("a frame {:?} of {length} bytes", char::from(header[0])));
    }
    if bytes.len() < length + 1 {
        return Ok(None);
    }
    let frame = bytes.split_to(length + 1).freeze();
    Ok(Some(Frame { tag: frame[0], body: frame.slice(5..) }))
}

/// Takes a packet without a tag: the first of a connection.
pub(super) fn take_first(bytes: &mut BytesMut) -> Option<Bytes> {
    let length = u32::from_be_bytes(bytes.get(..4)?.try_into().unwrap()) as usize;
    (bytes.len() >= length).then(|| bytes.split_to(length).freeze())
}

/// An ErrorResponse or NoticeResponse.
pub(super) fn error(tag: u8, code: &str, text: &str) -> Bytes {
    let mut body = Vec::new();
    for (field, value) in [('S', "ERROR"), ('V', "ERROR"), ('C', code), ('M', text)] {
        body.push(u8::try_from(field).unwrap());
        body.extend_from_slice(&strings(&[value]));
    }
    body.push(0);
    frame(tag, &body)
}
