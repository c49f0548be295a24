//! The first packet: StartupMessage, or a request for TLS, for GSSAPI encryption, or to cancel. It has no tag.

use bytes::{BufMut, Bytes, BytesMut};
use wire::{Malformed, Reader};

use crate::frame::put_c_str;

/// PostgreSQL's own bound for a first packet.
pub(crate) const LARGEST: usize = 10_000;

/// Length and code.
pub(crate) const SMALLEST: usize = 8;

/// The newest version spoken here: 3.2.
pub(crate) const NEWEST: u32 = 0x0003_0002;

const OLDEST: u32 = 0x0003_0000;
const CANCEL: u32 = 80_877_102;
const TLS: u32 = 80_877_103;
const GSS: u32 = 80_877_104;

/// A first packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum First {
    Tls,
    Gss,
    /// Process number and secret; `None` when no such key can exist.
    Cancel(Option<Bytes>),
    Startup(Startup),
    /// A version that is not spoken here.
    OtherVersion,
}

/// Version and parameters, as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Startup {
    pub(crate) version: u32,
    pub(crate) parameters: Vec<(Bytes, Bytes)>,
}

impl First {
    /// Parses a whole packet.
    pub(crate) fn read(packet: &Bytes) -> Result<Self, Malformed> {
        let mut reader = Reader::new(packet);
        reader.u32()?;
        let first = match reader.u32()? {
            TLS => Self::Tls,
            GSS => Self::Gss,
            CANCEL => {
                let key = reader.rest();
                // A process number of 4 bytes and a secret of 4 to 256.
                Self::Cancel((8..=260).contains(&key.len()).then(|| packet.slice_ref(key)))
            }
            version if version >> 16 == 3 => {
                Self::Startup(Startup { version, parameters: parameters(packet, &mut reader)? })
            }
            _ => {
                reader.rest();
                Self::OtherVersion
            }
        };
        reader.finish()?;
        Ok(first)
    }
}

fn parameters(packet: &Bytes, reader: &mut Reader<'_>) -> Result<Vec<(Bytes, Bytes)>, Malformed> {
    let mut parameters = Vec::new();
    loop {
        let name = reader.c_str()?;
        if name.is_empty() {
            return Ok(parameters);
        }
        let value = reader.c_str()?;
        parameters.push((super::slice(packet, name), super::slice(packet, value)));
    }
}

fn packet(code: u32, write: impl FnOnce(&mut BytesMut)) -> Bytes {
    let mut body = BytesMut::new();
    body.put_u32(code);
    write(&mut body);
    let mut packet = BytesMut::with_capacity(body.len().saturating_add(4));
    packet.put_u32(crate::frame::length(body.len()));
    packet.extend_from_slice(&body);
    packet.freeze()
}

/// SSLRequest.
pub(crate) fn tls_request() -> Bytes {
    packet(TLS, |_| {})
}

/// CancelRequest with the key of the target.
pub(crate) fn cancel_request(key: &[u8]) -> Bytes {
    packet(CANCEL, |body| body.extend_from_slice(key))
}

/// StartupMessage of version 3.0.
pub(crate) fn startup(user: &str, database: &str, parameters: &[(Bytes, Bytes)]) -> Bytes {
    packet(OLDEST, |body| {
        let own: [(&[u8], &[u8]); 2] = [(b"user", user.as_bytes()), (b"database", database.as_bytes())];
        let theirs = parameters.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
        for (name, value) in own.into_iter().chain(theirs) {
            put_c_str(body, name);
            put_c_str(body, value);
        }
        body.put_u8(0);
    })
}
