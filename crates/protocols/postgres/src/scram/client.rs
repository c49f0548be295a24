//! The client's half, towards targets. The iteration count is bounded before anything is derived, and success counts
//! only with the target's own signature.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use zeroize::Zeroizing;

use super::{Attributes, BINDING, SALT_BYTES, ScramError, base64_32, channel_binding, hmac_sha256, printable, sha256};

/// What the salted password is derived from, apart from the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Salted {
    /// The target's salt.
    pub(crate) salt: Bytes,
    /// PBKDF2 rounds, within the limit.
    pub(crate) iterations: u32,
}

/// An exchange with a target.
pub(crate) struct ClientExchange {
    gs2_header: Vec<u8>,
    end_point: Vec<u8>,
    first_bare: Vec<u8>,
    /// Our nonce; after server-first-message, with the target's behind it.
    nonce: Vec<u8>,
    server_first: Option<Vec<u8>>,
    /// The signature that only a target that knows the password can make.
    expected: Option<[u8; 32]>,
}

impl ClientExchange {
    /// Begins an exchange. `plus` is the tls-server-end-point of the target's certificate when SCRAM-SHA-256-PLUS was
    /// chosen. Without it, `tls` says that we could have bound the channel and the target did not offer to: sent as the
    /// `y` flag, so that a target whose offer was removed on the way notices.
    pub(crate) fn new(plus: Option<&[u8]>, tls: bool, nonce: &[u8; 18]) -> Self {
        Self::with(plus, tls, b"", STANDARD.encode(nonce).as_bytes())
    }

    /// `new` with the text of the nonce and a user name, so that the vectors of the RFC can be replayed. PostgreSQL
    /// takes the name from the startup message.
    pub(super) fn with(plus: Option<&[u8]>, tls: bool, user: &[u8], nonce: &[u8]) -> Self {
        let flag: &[u8] = match (plus, tls) {
            (Some(_), _) => BINDING,
            (None, true) => b"y",
            (None, false) => b"n",
        };
        Self {
            gs2_header: [flag, b",,"].concat(),
            end_point: plus.unwrap_or_default().to_vec(),
            first_bare: [b"n=", user, b",r=", nonce].concat(),
            nonce: nonce.to_vec(),
            server_first: None,
            expected: None,
        }
    }

    /// client-first-message.
    pub(crate) fn first(&self) -> Vec<u8> {
        [self.gs2_header.as_slice(), &self.first_bare].concat()
    }

    /// Reads server-first-message: what the salted password is to be derived from.
    ///
    /// # Errors
    /// When it is malformed, does not extend our nonce, or demands more work than `max_iterations`.
    pub(crate) fn server_first(&mut self, message: &[u8], max_iterations: u32) -> Result<Salted, ScramError> {
        if self.server_first.is_some() {
            return Err(ScramError::Order);
        }
        let mut attributes = Attributes::new(message)?;
        let nonce = attributes.value(b'r')?;
        if nonce.len() <= self.nonce.len() || !nonce.starts_with(&self.nonce) || !printable(nonce) {
            return Err(ScramError::Nonce);
        }
        let salt = STANDARD.decode(attributes.value(b's')?).map_err(|_| ScramError::Malformed("salt is not base64"))?;
        if salt.is_empty() || salt.len() > SALT_BYTES {
            return Err(ScramError::Salt);
        }
        let iterations = decimal(attributes.value(b'i')?).ok_or(ScramError::Iterations)?;
        if iterations == 0 || iterations > max_iterations {
            return Err(ScramError::Iterations);
        }
        attributes.skip_extensions()?;
        self.nonce = nonce.to_vec();
        self.server_first = Some(message.to_vec());
        Ok(Salted { salt: Bytes::from(salt), iterations })
    }

    /// client-final-message, from the salted password that the engine derived.
    ///
    /// # Errors
    /// Before server-first-message, or when `salted_password` is not 32 bytes long.
    pub(crate) fn finish(&mut self, salted_password: &[u8]) -> Result<Vec<u8>, ScramError> {
        let server_first = self.server_first.as_deref().ok_or(ScramError::Order)?;
        if salted_password.len() != 32 {
            return Err(ScramError::Malformed("a salted password is 32 bytes"));
        }
        let binding = channel_binding(&self.gs2_header, &self.end_point);
        let without_proof = [b"c=", binding.as_bytes(), b",r=", &self.nonce].concat();
        let auth_message = [&self.first_bare, server_first, &without_proof].join(&b',');

        let client_key = Zeroizing::new(hmac_sha256(salted_password, b"Client Key"));
        let stored_key = Zeroizing::new(sha256(client_key.as_slice()));
        let mut proof = hmac_sha256(stored_key.as_slice(), &auth_message);
        proof.iter_mut().zip(client_key.iter()).for_each(|(byte, key)| *byte ^= key);

        let server_key = Zeroizing::new(hmac_sha256(salted_password, b"Server Key"));
        self.expected = Some(hmac_sha256(server_key.as_slice(), &auth_message));
        Ok([without_proof.as_slice(), b",p=", STANDARD.encode(proof).as_bytes()].concat())
    }

    /// Reads server-final-message: whether the target knows the password too.
    ///
    /// # Errors
    /// When it does not, reports a failure, or speaks out of turn.
    pub(crate) fn server_final(&self, message: &[u8]) -> Result<(), ScramError> {
        let expected = self.expected.as_ref().ok_or(ScramError::Order)?;
        let mut attributes = Attributes::new(message)?;
        let signature = match attributes.any()? {
            (b'v', signature) => base64_32(signature)?,
            (b'e', _) => return Err(ScramError::Refused),
            (b'm', _) => return Err(ScramError::Extension),
            _ => return Err(ScramError::Malformed("an unexpected attribute")),
        };
        attributes.finish()?;
        verify_slices_are_equal(&signature, expected).map_err(|_| ScramError::Signature)
    }
}

/// A decimal number as RFC 5802 writes it: digits only, no leading zero.
fn decimal(text: &[u8]) -> Option<u32> {
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit) && !text.starts_with(b"0");
    std::str::from_utf8(text).ok().filter(|_| digits)?.parse().ok()
}
