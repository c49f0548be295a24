//! The PROXY protocol, version 2 (haproxy's specification, section 2.2): where a connection really came from, believed only
//! from listed peers.

use std::net::{IpAddr, SocketAddr};

use wire::{Malformed, Reader};

/// The 12 bytes that open every version 2 header.
pub(crate) const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// Signature, version and command, family, length.
pub(crate) const FIXED: usize = 16;
/// Addresses and extensions together; ours is far below what the length field could say.
pub(crate) const MOST: usize = 4096;

/// How many bytes follow the fixed part.
///
/// # Errors
/// When it is not such a header, or longer than `MOST`.
pub(crate) fn length(fixed: &[u8]) -> Result<usize, Malformed> {
    let mut reader = Reader::new(fixed);
    if reader.bytes(SIGNATURE.len())? != SIGNATURE {
        return Err(Malformed("no PROXY protocol version 2 signature"));
    }
    if reader.u8()? >> 4 != 2 {
        return Err(Malformed("not version 2 of the PROXY protocol"));
    }
    reader.u8()?;
    let length = usize::from(reader.u16()?);
    reader.finish()?;
    if length > MOST { Err(Malformed("the PROXY header is too long")) } else { Ok(length) }
}

/// The client's address; `None` for a connection of the balancer's own (a health check).
///
/// # Errors
/// When a field is malformed or the family is not TCP over IPv4 or IPv6.
pub(crate) fn client(fixed: &[u8], rest: &[u8]) -> Result<Option<SocketAddr>, Malformed> {
    let mut head = Reader::new(fixed);
    head.bytes(SIGNATURE.len())?;
    let (command, family) = (head.u8()? & 0x0f, head.u8()?);
    let mut reader = Reader::new(rest);
    match (command, family) {
        (0, _) => Ok(None),
        (1, 0x11) => endpoint::<4>(&mut reader).map(Some),
        (1, 0x21) => endpoint::<16>(&mut reader).map(Some),
        _ => Err(Malformed("the PROXY header names a family that is not TCP")),
    }
}

/// Source and destination address, source and destination port; extensions may follow. The source is what matters.
fn endpoint<const N: usize>(reader: &mut Reader<'_>) -> Result<SocketAddr, Malformed>
where
    IpAddr: From<[u8; N]>,
{
    let source: [u8; N] = reader.bytes(N)?.try_into().map_err(|_| Malformed("short address"))?;
    reader.bytes(N)?;
    let port = reader.u16()?;
    reader.u16()?;
    Ok(SocketAddr::new(IpAddr::from(source), port))
}

/// A network of peers: an address and how many of its leading bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// Any address in the network.
    pub address: IpAddr,
    /// Leading bits that count; 32 (IPv4) or 128 (IPv6) = this address alone.
    pub prefix: u8,
}

impl Network {
    /// Whether `other` is in the network. An IPv4 address mapped into IPv6 counts as IPv4.
    pub fn contains(&self, other: IpAddr) -> bool {
        match (self.address.to_canonical(), other.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                same_prefix(u128::from(a.to_bits()) << 96, u128::from(b.to_bits()) << 96, self.prefix)
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => same_prefix(a.to_bits(), b.to_bits(), self.prefix),
            _ => false,
        }
    }
}

fn same_prefix(a: u128, b: u128, prefix: u8) -> bool {
    prefix == 0 || (a ^ b).checked_shr(128 - u32::from(prefix.min(128))).unwrap_or(0) == 0
}
