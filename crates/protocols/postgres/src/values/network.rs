//! `inet` and `cidr`.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bytes::{BufMut, BytesMut};

use super::{Form, ascii};

/// Address families as the target counts them.
const V4: u8 = 2;
const V6: u8 = 3;

pub(super) fn decode(form: Form, bytes: &[u8]) -> Option<(IpAddr, u8)> {
    let (address, bits) = if form.binary { from_binary(bytes)? } else { from_text(ascii(bytes)?)? };
    (bits <= width(address)).then_some((address, bits))
}

fn from_binary(bytes: &[u8]) -> Option<(IpAddr, u8)> {
    match bytes {
        [V4, bits, 0 | 1, 4, octets @ ..] => Some((Ipv4Addr::from(<[u8; 4]>::try_from(octets).ok()?).into(), *bits)),
        [V6, bits, 0 | 1, 16, octets @ ..] => Some((Ipv6Addr::from(<[u8; 16]>::try_from(octets).ok()?).into(), *bits)),
        _ => None,
    }
}

fn from_text(text: &str) -> Option<(IpAddr, u8)> {
    match text.split_once('/') {
        Some((address, bits)) => Some((address.parse().ok()?, bits.parse().ok()?)),
        None => text.parse().ok().map(|address| (address, width(address))),
    }
}

/// A network stays one: what is written in its place has no bits behind those of the network either.
pub(super) fn encode(form: Form, address: IpAddr, bits: u8, original: &[u8], into: &mut BytesMut) -> Option<()> {
    if bits > width(address) {
        return None;
    }
    let (before, before_bits) = decode(form, original)?;
    let is_network = before_bits < width(before) && network(before, before_bits) == before;
    let address = if is_network { network(address, bits) } else { address };
    if form.binary {
        into.put_u8(if address.is_ipv4() { V4 } else { V6 });
        into.put_u8(bits);
        into.put_u8(original.get(2).copied()?);
        match address {
            IpAddr::V4(address) => {
                into.put_u8(4);
                into.put_slice(&address.octets());
            }
            IpAddr::V6(address) => {
                into.put_u8(16);
                into.put_slice(&address.octets());
            }
        }
    } else if bits < width(address) || original.contains(&b'/') {
        write!(into, "{address}/{bits}").ok()?;
    } else {
        write!(into, "{address}").ok()?;
    }
    Some(())
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The address with the bits behind the network at zero.
fn network(address: IpAddr, bits: u8) -> IpAddr {
    let free = u32::from(width(address).saturating_sub(bits));
    match address {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & u32::MAX.checked_shl(free).unwrap_or(0)).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & u128::MAX.checked_shl(free).unwrap_or(0)).into(),
    }
}
