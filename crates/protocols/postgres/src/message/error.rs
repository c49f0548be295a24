//! ErrorResponse and NoticeResponse: read from the target, built for the client.

use bytes::{BufMut, Bytes};
use model::Public;
use wire::{Malformed, Reader};

use crate::frame::{frame, put_c_str};
use crate::sqlstate::Code;

/// What is read of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Error {
    pub(crate) code: Option<Code>,
    /// The target ends the conversation with it.
    pub(crate) fatal: bool,
}

impl Error {
    pub(crate) fn read(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let mut error = Self { code: None, fatal: false };
        loop {
            let field = reader.u8()?;
            if field == 0 {
                break;
            }
            let text = reader.c_str()?;
            match field {
                b'C' => error.code = Code::parse(text),
                // Not translated, unlike `S`.
                b'V' => error.fatal = matches!(text, b"FATAL" | b"PANIC"),
                _ => {}
            }
        }
        reader.finish()?;
        Ok(error)
    }
}

/// How much an error ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    Notice,
    Error,
    Fatal,
}

impl Severity {
    fn word(self) -> &'static str {
        match self {
            Self::Notice => "NOTICE",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }
}

/// An error or notice of ours.
pub(crate) fn build(severity: Severity, code: &str, message: &str, hint: Option<&str>) -> Bytes {
    let tag = if severity == Severity::Notice { b'N' } else { b'E' };
    frame(tag, |body| {
        let fields = [
            (b'S', Some(severity.word())),
            (b'V', Some(severity.word())),
            (b'C', Some(code)),
            (b'M', Some(message)),
            (b'H', hint),
        ];
        for (field, text) in fields {
            if let Some(text) = text {
                body.put_u8(field);
                put_c_str(body, text.as_bytes());
            }
        }
        body.put_u8(0);
    })
}

/// A message for the client, as an error that ends the conversation.
pub(crate) fn fatal(code: &str, public: &Public) -> Bytes {
    build(Severity::Fatal, code, &public.message, public.hint.as_deref())
}
