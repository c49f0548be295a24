//! SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, 7677, 5929) as PostgreSQL speaks it, both roles, without sockets.
//!
//! The gateway ends both exchanges: towards clients it is the server, and the keys that verify a proof stay with the
//! engine; towards targets it is the client, and the slow derivation is asked of the engine. Nothing that a client
//! proves can be replayed to a target, and no channel binding is ever passed through.

mod client;
mod server;

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Secret;
use stringprep::tables;

pub(crate) use client::ClientExchange;
pub(crate) use server::{Mechanism, ServerExchange, ServerFirst, server_final};

/// The longest message of an exchange; PostgreSQL's own bound.
const MESSAGE_BYTES: usize = 1024;

/// The longest salt that a target may send; PostgreSQL's own is 16 bytes.
const SALT_BYTES: usize = 256;

/// The gs2 flag of a bound channel, the only binding that PostgreSQL knows.
const BINDING: &[u8] = b"p=tls-server-end-point";

/// Why an exchange failed. No text holds bytes of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ScramError {
    /// A message is longer than any honest one.
    #[error("a SCRAM message is too long")]
    TooLong,
    /// A message breaks the grammar of RFC 5802.
    #[error("malformed SCRAM message: {0}")]
    Malformed(&'static str),
    /// A step was taken before its predecessor.
    #[error("SCRAM messages out of order")]
    Order,
    /// The peer chose a mechanism that was not offered.
    #[error("the SCRAM mechanism was not offered")]
    NotOffered,
    /// The client believes that no channel binding was offered, but it was: somebody removed it on the way.
    #[error("the offer of channel binding was removed on the way: a possible man in the middle")]
    Downgrade,
    /// The mechanism and the channel binding flag contradict each other.
    #[error("the channel binding flag contradicts the SCRAM mechanism")]
    Flag,
    /// A channel binding other than tls-server-end-point.
    #[error("unsupported channel binding type")]
    BindingType,
    /// The channel binding does not belong to this connection.
    #[error("the channel binding does not match: a possible man in the middle")]
    Binding,
    /// An authorization identity was asked for.
    #[error("a SCRAM authorization identity is not supported")]
    AuthorizationIdentity,
    /// A mandatory extension that we do not know.
    #[error("a mandatory SCRAM extension is not supported")]
    Extension,
    /// The nonce is not the one of this exchange.
    #[error("the SCRAM nonce does not match")]
    Nonce,
    /// The salt is empty or too long.
    #[error("the SCRAM salt is empty or too long")]
    Salt,
    /// The iteration count is below 1 or above the limit.
    #[error("the SCRAM iteration count is out of bounds")]
    Iterations,
    /// The target reported a failure.
    #[error("the target refused the SCRAM exchange")]
    Refused,
    /// The target could not prove that it knows the password.
    #[error("the target's SCRAM signature is wrong: it does not know the password")]
    Signature,
}

/// A password as PostgreSQL prepares it before the derivation: SASLprep (RFC 4013), or the raw bytes where that fails.
pub(crate) fn prepare_password(password: &[u8]) -> Secret {
    let Ok(text) = std::str::from_utf8(password) else { return Secret::new(password) };
    // PostgreSQL looks at the characters as they were typed, stringprep at the normalized ones; these are the only two
    // sets in which normalization can make a difference.
    let forbidden = |typed: char| {
        !tables::non_ascii_space_character(typed)
            && !tables::commonly_mapped_to_nothing(typed)
            && (tables::unassigned_code_point(typed) || tables::change_display_properties_or_deprecated(typed))
    };
    if text.chars().any(forbidden) {
        return Secret::new(password);
    }
    match stringprep::saslprep(text) {
        Ok(prepared) if !prepared.is_empty() => Secret::new(prepared.into_owned()),
        _ => Secret::new(password),
    }
}

/// A cursor over the attributes of a message: `letter=value`, separated by commas.
struct Attributes<'a> {
    left: Option<&'a [u8]>,
}

impl<'a> Attributes<'a> {
    fn new(message: &'a [u8]) -> Result<Self, ScramError> {
        if message.len() > MESSAGE_BYTES {
            return Err(ScramError::TooLong);
        }
        if message.contains(&0) {
            return Err(ScramError::Malformed("a NUL byte"));
        }
        Ok(Self { left: Some(message) })
    }

    /// The next attribute, whatever it is.
    fn any(&mut self) -> Result<(u8, &'a [u8]), ScramError> {
        let left = self.left.take().ok_or(ScramError::Malformed("an attribute is missing"))?;
        let (attribute, rest) = match left.iter().position(|byte| *byte == b',') {
            Some(at) => (left.get(..at).unwrap_or_default(), left.get(at + 1..)),
            None => (left, None),
        };
        self.left = rest;
        match attribute {
            [letter, b'=', value @ ..] if letter.is_ascii_alphabetic() => Ok((*letter, value)),
            _ => Err(ScramError::Malformed("an attribute is not `letter=value`")),
        }
    }

    /// The value of the next attribute, which must be `letter`.
    fn value(&mut self, letter: u8) -> Result<&'a [u8], ScramError> {
        match self.any()? {
            (found, value) if found == letter => Ok(value),
            (b'm', _) => Err(ScramError::Extension),
            _ => Err(ScramError::Malformed("an unexpected attribute")),
        }
    }

    /// Skips optional extensions to the end, as RFC 5802 demands; mandatory ones are refused.
    fn skip_extensions(mut self) -> Result<(), ScramError> {
        while self.left.is_some() {
            if let (b'm', _) = self.any()? {
                return Err(ScramError::Extension);
            }
        }
        Ok(())
    }

    /// Demands the end of the message.
    fn finish(self) -> Result<(), ScramError> {
        if self.left.is_none() { Ok(()) } else { Err(ScramError::Malformed("trailing attributes")) }
    }
}

/// Whether a nonce is what RFC 5802 calls printable: visible ASCII without comma.
fn printable(nonce: &[u8]) -> bool {
    !nonce.is_empty() && nonce.iter().all(|byte| byte.is_ascii_graphic() && *byte != b',')
}

/// The gs2 header with the binding data behind it, as it comes back inside the final message.
fn channel_binding(gs2_header: &[u8], end_point: &[u8]) -> String {
    STANDARD.encode([gs2_header, end_point].concat())
}

fn base64_32(text: &[u8]) -> Result<[u8; 32], ScramError> {
    STANDARD
        .decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(ScramError::Malformed("not 32 bytes of base64"))
}

fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    fixed(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref())
}

fn sha256(message: &[u8]) -> [u8; 32] {
    fixed(digest::digest(&digest::SHA256, message).as_ref())
}

/// A 32-byte hash as an array; both callers hash with SHA-256.
fn fixed(hash: &[u8]) -> [u8; 32] {
    let mut array = [0; 32];
    array.iter_mut().zip(hash).for_each(|(to, from)| *to = *from);
    array
}

#[cfg(test)]
mod tests;
