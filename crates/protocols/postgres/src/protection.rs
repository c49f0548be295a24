//! TLS towards the target: asked for in the protocol's own way, and never gone without when it is demanded.

use bytes::BytesMut;
use model::TlsMode;
use wire::{Out, Side, Why};

use crate::fault::Fault;
use crate::message::startup;

/// How far the protection of the target's leg has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protection {
    /// SSLRequest was sent; one byte answers it.
    Asked,
    Handshake,
    /// As protected as it is meant to be.
    Ready,
}

impl Protection {
    /// Asks for TLS, unless the leg goes without.
    pub(crate) fn begin(tls: TlsMode, out: &mut dyn Out) -> Self {
        if tls == TlsMode::Disable {
            return Self::Ready;
        }
        out.send(Side::Target, 0, startup::tls_request(), Why::Plumbing("ssl request"));
        Self::Asked
    }

    /// Reads the answer. There is no falling back: anything but a bare `S` ends the conversation.
    pub(crate) fn answer(&mut self, buffer: &mut BytesMut, out: &mut dyn Out) -> Result<(), Fault> {
        let answer = buffer.split();
        match answer.as_ref() {
            b"S" => {
                *self = Self::Handshake;
                out.secure(Side::Target);
                Ok(())
            }
            [b'S', ..] => Err(Fault::target("the target sent bytes before the TLS handshake")),
            _ => Err(Fault::target("the target does not offer TLS, which this resource demands")),
        }
    }

    /// Bytes needed from the target, while this is under way.
    pub(crate) fn wants(self) -> Option<usize> {
        match self {
            Self::Asked => Some(1),
            Self::Handshake => Some(0),
            Self::Ready => None,
        }
    }
}
