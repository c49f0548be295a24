//! Authentication requests: built for the client, read from the target.

use bytes::{BufMut, Bytes};
use wire::{Malformed, Reader};

use crate::frame::{frame, put_c_str};

/// What the target asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Authentication<'a> {
    Done,
    Cleartext,
    /// A method that is not spoken here.
    Other(&'static str),
    /// SCRAM without channel binding, and with it.
    Sasl {
        plain: bool,
        plus: bool,
    },
    SaslContinue(&'a [u8]),
    SaslFinal(&'a [u8]),
}

pub(crate) fn parse(body: &[u8]) -> Result<Authentication<'_>, Malformed> {
    let mut reader = Reader::new(body);
    let authentication = match reader.u32()? {
        0 => Authentication::Done,
        3 => Authentication::Cleartext,
        10 => mechanisms(&mut reader)?,
        11 => Authentication::SaslContinue(reader.rest()),
        12 => Authentication::SaslFinal(reader.rest()),
        kind => {
            reader.rest();
            Authentication::Other(if kind == 5 { "an MD5 password" } else { "a way to sign in" })
        }
    };
    reader.finish()?;
    Ok(authentication)
}

fn mechanisms<'a>(reader: &mut Reader<'_>) -> Result<Authentication<'a>, Malformed> {
    let (mut plain, mut plus) = (false, false);
    loop {
        match reader.c_str()? {
            b"" => return Ok(Authentication::Sasl { plain, plus }),
            b"SCRAM-SHA-256" => plain = true,
            b"SCRAM-SHA-256-PLUS" => plus = true,
            _ => {}
        }
    }
}

/// AuthenticationOk.
pub(crate) fn done() -> Bytes {
    frame(b'R', |body| body.put_u32(0))
}

/// AuthenticationSASL: SCRAM, with channel binding first when it can be had.
pub(crate) fn sasl(plus: bool) -> Bytes {
    frame(b'R', |body| {
        body.put_u32(10);
        if plus {
            put_c_str(body, b"SCRAM-SHA-256-PLUS");
        }
        put_c_str(body, b"SCRAM-SHA-256");
        body.put_u8(0);
    })
}

/// AuthenticationSASLContinue.
pub(crate) fn sasl_continue(data: &[u8]) -> Bytes {
    frame(b'R', |body| {
        body.put_u32(11);
        body.extend_from_slice(data);
    })
}

/// AuthenticationSASLFinal.
pub(crate) fn sasl_final(data: &[u8]) -> Bytes {
    frame(b'R', |body| {
        body.put_u32(12);
        body.extend_from_slice(data);
    })
}
