//! Bytes that are mostly text.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

/// Bytes, whole: as text, or in base64 where they are not UTF-8. Exactly one is there. Whoever shows it escapes what is
/// hidden: control characters, directions of writing, zero widths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Octets {
    /// The text.
    Text(String),
    /// The bytes.
    Base64(String),
}

impl Octets {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Base64(BASE64_STANDARD.encode(bytes)),
        }
    }
}
