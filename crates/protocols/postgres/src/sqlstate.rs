//! What a refusal is called in PostgreSQL: an SQLSTATE for each class.

use model::Class;

/// The SQLSTATE of a class.
pub(crate) fn of(class: Class) -> &'static str {
    match class {
        Class::Unauthenticated => "28P01",
        Class::Denied | Class::NotApproved => "42501",
        Class::Cancelled => "57014",
        Class::NotFound => "3D000",
        Class::Protocol => "08P01",
        Class::Unsupported => "0A000",
        Class::Limit => "54000",
        Class::Target => "08006",
        Class::Journal => "58030",
        Class::Shutdown => "57P01",
        Class::Internal => "XX000",
    }
}

/// No encryption where it is demanded, and the like.
pub(crate) const INVALID_AUTHORIZATION: &str = "28000";

/// A five-character code: digits and capitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code([u8; 5]);

impl Code {
    /// The code in `text`, if it is one.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let code: [u8; 5] = text.try_into().ok()?;
        code.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()).then_some(Self(code))
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XX000")
    }
}
