//! The server's half, towards clients. It checks everything but the proof, which the engine verifies with keys that
//! this crate never sees.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Challenge;

use super::{Attributes, BINDING, ScramError, base64_32, channel_binding, printable};

/// Which of the two mechanisms a client chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mechanism {
    /// SCRAM-SHA-256.
    Plain,
    /// SCRAM-SHA-256-PLUS: bound to the TLS channel.
    Plus,
}

/// The beginning of an exchange with a client.
pub(crate) struct ServerFirst;

impl ServerFirst {
    /// Reads client-first-message. `end_point` is the tls-server-end-point of our certificate (RFC 5929), empty when
    /// there is none; `plus_offered` says whether SCRAM-SHA-256-PLUS stood in our list of mechanisms.
    ///
    /// # Errors
    /// When the message is malformed, or its channel binding flag shows that our offer did not arrive unchanged.
    pub(crate) fn start(
        mechanism: Mechanism,
        plus_offered: bool,
        end_point: &[u8],
        client_first: &[u8],
        nonce: &[u8; 18],
    ) -> Result<ServerExchange, ScramError> {
        Self::start_with(mechanism, plus_offered, end_point, client_first, STANDARD.encode(nonce).as_bytes())
    }

    /// `start` with the text of our nonce, so that the vectors of the RFC can be replayed.
    pub(super) fn start_with(
        mechanism: Mechanism,
        plus_offered: bool,
        end_point: &[u8],
        client_first: &[u8],
        nonce: &[u8],
    ) -> Result<ServerExchange, ScramError> {
        if mechanism == Mechanism::Plus && (!plus_offered || end_point.is_empty()) {
            return Err(ScramError::NotOffered);
        }
        let mut attributes = Attributes::new(client_first)?;
        let bare = gs2_bare(client_first)?;
        let header = client_first.strip_suffix(bare).unwrap_or_default();
        check_flag(mechanism, plus_offered, header)?;

        attributes.left = Some(bare);
        // The user name is that of the startup message: PostgreSQL's clients send none here, and servers ignore it.
        attributes.value(b'n')?;
        let client_nonce = attributes.value(b'r')?;
        if !printable(client_nonce) {
            return Err(ScramError::Malformed("a nonce that is not printable"));
        }
        attributes.skip_extensions()?;

        let bound = if mechanism == Mechanism::Plus { end_point } else { &[] };
        Ok(ServerExchange {
            binding: channel_binding(header, bound),
            client_first_bare: bare.to_vec(),
            nonce: [client_nonce, nonce].concat(),
            server_first: None,
        })
    }
}

/// What follows the gs2 header: client-first-message-bare.
fn gs2_bare(client_first: &[u8]) -> Result<&[u8], ScramError> {
    let mut parts = client_first.splitn(3, |byte| *byte == b',');
    let (Some(_flag), Some(authorization_identity), Some(bare)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(ScramError::Malformed("no gs2 header"));
    };
    match authorization_identity {
        [] => Ok(bare),
        [b'a', b'=', ..] => Err(ScramError::AuthorizationIdentity),
        _ => Err(ScramError::Malformed("an unexpected attribute in the gs2 header")),
    }
}

/// The downgrade rules of RFC 5802 section 6.
fn check_flag(mechanism: Mechanism, plus_offered: bool, header: &[u8]) -> Result<(), ScramError> {
    let flag = header.strip_suffix(b",,").unwrap_or_default();
    match (flag, mechanism) {
        (b"n", Mechanism::Plain) => Ok(()),
        (b"y", Mechanism::Plain) if plus_offered => Err(ScramError::Downgrade),
        (b"y", Mechanism::Plain) => Ok(()),
        (flag, Mechanism::Plus) if flag == BINDING => Ok(()),
        ([b'p', b'=', ..], Mechanism::Plus) => Err(ScramError::BindingType),
        (b"n" | b"y", Mechanism::Plus) | ([b'p', b'=', ..], Mechanism::Plain) => Err(ScramError::Flag),
        _ => Err(ScramError::Malformed("an unknown channel binding flag")),
    }
}

/// An exchange with a client whose first message was read.
pub(crate) struct ServerExchange {
    /// Base64 of the gs2 header and binding data that must come back.
    binding: String,
    client_first_bare: Vec<u8>,
    /// The client's nonce followed by ours.
    nonce: Vec<u8>,
    server_first: Option<Vec<u8>>,
}

impl ServerExchange {
    /// server-first-message.
    pub(crate) fn challenge(&mut self, challenge: &Challenge) -> Vec<u8> {
        let salt = STANDARD.encode(&challenge.salt);
        let tail = format!(",s={salt},i={}", challenge.iterations);
        let message = [b"r=", self.nonce.as_slice(), tail.as_bytes()].concat();
        self.server_first = Some(message.clone());
        message
    }

    /// Reads client-final-message: AuthMessage and ClientProof, which the engine verifies.
    ///
    /// # Errors
    /// When the message is malformed, or nonce, gs2 header or channel binding are not those of this exchange.
    pub(crate) fn finish(&self, client_final: &[u8]) -> Result<(Vec<u8>, [u8; 32]), ScramError> {
        let server_first = self.server_first.as_deref().ok_or(ScramError::Order)?;
        let mut attributes = Attributes::new(client_final)?;

        let binding = attributes.value(b'c')?;
        verify_slices_are_equal(binding, self.binding.as_bytes()).map_err(|_| ScramError::Binding)?;
        let nonce = attributes.value(b'r')?;
        verify_slices_are_equal(nonce, &self.nonce).map_err(|_| ScramError::Nonce)?;

        let proof = loop {
            match attributes.any()? {
                (b'p', proof) => break proof,
                (b'm', _) => return Err(ScramError::Extension),
                _ => {}
            }
        };
        attributes.finish()?;
        let client_proof = base64_32(proof)?;
        // The proof is the last attribute, so what precedes `,p=` and it is client-final-message-without-proof.
        let without_proof = client_final.len().saturating_sub(proof.len() + b",p=".len());
        let without_proof = client_final.get(..without_proof).unwrap_or_default();
        Ok(([&self.client_first_bare, server_first, without_proof].join(&b','), client_proof))
    }
}

/// server-final-message, with the ServerSignature that the engine made.
pub(crate) fn server_final(signature: &[u8; 32]) -> Vec<u8> {
    format!("v={}", STANDARD.encode(signature)).into_bytes()
}
