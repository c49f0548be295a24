//! The one exit of the target's own words: every error, notice, notification and setting that it reports passes here, in
//! every phase. Where they may hold values that are masked, words of ours stand in their place.

use bytes::{BufMut, Bytes};
use wire::{Malformed, Reader};

use crate::frame::{frame, put_c_str};
use crate::message::parameter_status;
use crate::sqlstate::Code;
use crate::words;

/// What the client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// What the target said.
    AsSaid,
    /// This frame.
    Instead(Bytes),
    Nothing,
}

/// Settings whose values come from a list of the target's, so that no data stand in them.
const LISTED: &[&[u8]] = &[
    b"DateStyle",
    b"IntervalStyle",
    b"client_encoding",
    b"default_transaction_read_only",
    b"in_hot_standby",
    b"integer_datetimes",
    b"is_superuser",
    b"scram_iterations",
    b"server_encoding",
    b"server_version",
    b"standard_conforming_strings",
];

/// Severities as the target writes them, untranslated.
const SEVERITIES: &[&str] = &["ERROR", "FATAL", "PANIC", "WARNING", "NOTICE", "DEBUG", "INFO", "LOG"];

const WITHHELD: &str = "The target's own words are withheld: they could hold values that are masked.";

/// What the client is told of a frame that holds words of the target. `scrubbed`: they may hold values that are masked.
pub(crate) fn told(tag: u8, body: &[u8], scrubbed: bool) -> Result<Told, Malformed> {
    Ok(match tag {
        b'N' if !scrubbed => Told::AsSaid,
        b'E' | b'N' => {
            let said = Words::read(body)?;
            // Whatever ends a connection over the connection itself could name where it goes, and as whom.
            if scrubbed || said.is_about_the_connection() {
                Told::Instead(said.ours(tag, scrubbed))
            } else {
                Told::AsSaid
            }
        }
        b'A' if scrubbed => Told::Instead(emptied(body)?),
        b'S' if scrubbed => {
            let (name, _) = parameter_status::parse(body)?;
            if LISTED.contains(&name) { Told::AsSaid } else { Told::Nothing }
        }
        b'A' | b'S' => Told::AsSaid,
        // What nobody knows may hold anything.
        _ if scrubbed => Told::Nothing,
        _ => Told::AsSaid,
    })
}

/// Of an error or notice, what holds no data.
struct Words<'a> {
    severity: &'static str,
    code: Option<Code>,
    /// Where in the client's own text.
    position: Option<&'a [u8]>,
}

impl<'a> Words<'a> {
    fn read(body: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let mut words = Self { severity: "ERROR", code: None, position: None };
        loop {
            let field = reader.u8()?;
            if field == 0 {
                break;
            }
            let text = reader.c_str()?;
            match field {
                b'C' => words.code = Code::parse(text),
                b'V' => {
                    let known = SEVERITIES.iter().find(|known| known.as_bytes() == text);
                    words.severity = known.copied().unwrap_or(words.severity);
                }
                b'P' if text.len() < 10 && text.iter().all(u8::is_ascii_digit) => words.position = Some(text),
                _ => {}
            }
        }
        reader.finish()?;
        Ok(words)
    }

    fn is_about_the_connection(&self) -> bool {
        let code = self.code.as_ref().map_or("", Code::as_str);
        matches!(self.severity, "FATAL" | "PANIC") && (code.starts_with("08") || code.starts_with("28"))
    }

    fn ours(&self, tag: u8, scrubbed: bool) -> Bytes {
        let severity = if tag == b'N' && self.severity == "ERROR" { "NOTICE" } else { self.severity };
        let code = self.code.as_ref().map_or("XX000", Code::as_str);
        frame(tag, |body| {
            let fields = [(b'S', severity), (b'V', severity), (b'C', code), (b'M', words::of(self.code))];
            for (field, text) in fields.into_iter().chain(scrubbed.then_some((b'H', WITHHELD))) {
                body.put_u8(field);
                put_c_str(body, text.as_bytes());
            }
            if let Some(position) = self.position {
                body.put_u8(b'P');
                put_c_str(body, position);
            }
            body.put_u8(0);
        })
    }
}

/// A notification without its payload.
fn emptied(body: &[u8]) -> Result<Bytes, Malformed> {
    let mut reader = Reader::new(body);
    let process = reader.u32()?;
    let channel = reader.c_str()?;
    reader.c_str()?;
    reader.finish()?;
    Ok(frame(b'A', |body| {
        body.put_u32(process);
        put_c_str(body, channel);
        put_c_str(body, b"");
    }))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Told, told};

    const CANARY: &[u8] = b"CANARY";

    fn words(severity: &str, code: &str) -> Vec<u8> {
        let mut body = format!("S{severity}\0V{severity}\0C{code}\0P12\0").into_bytes();
        for field in b"MDHWpqstcdnFLRZ" {
            body.push(*field);
            body.extend(CANARY);
            body.push(0);
        }
        body.push(0);
        body
    }

    fn instead(tag: u8, body: &[u8]) -> Bytes {
        match told(tag, body, true) {
            Ok(Told::Instead(bytes)) => bytes,
            other => panic!("{other:?}"),
        }
    }

    fn holds(bytes: &[u8], part: &[u8]) -> bool {
        bytes.windows(part.len()).any(|window| window == part)
    }

    #[test]
    fn of_an_error_the_code_and_the_position_stay() {
        let ours = instead(b'E', &words("ERROR", "23505"));
        assert!(!holds(&ours, CANARY));
        for part in ["SERROR\0VERROR\0C23505\0Ma value that must be unique is there already\0", "P12\0"] {
            assert!(holds(&ours, part.as_bytes()), "{part}");
        }
        assert!(holds(&instead(b'N', &words("NOTICE", "00000")), b"VNOTICE\0C00000\0Mthe target has a remark\0"));
    }

    #[test]
    fn fields_that_are_not_what_they_should_be_do_not_stay() {
        let body = b"SCANARY\0VCANARY\0CCANARY\0PCANARY\0MCANARY\0\0";
        for tag in [b'E', b'N'] {
            assert!(!holds(&instead(tag, body), CANARY));
        }
        assert!(told(b'E', b"MCANARY", true).is_err());
    }

    #[test]
    fn notifications_lose_their_payload_and_settings_with_free_text_do_not_pass() {
        let ours = instead(b'A', b"\0\0\0\x07channel\0CANARY\0");
        assert_eq!(&ours[5..], b"\0\0\0\x07channel\0\0");
        assert_eq!(told(b'S', b"application_name\0CANARY\0", true), Ok(Told::Nothing));
        assert_eq!(told(b'S', b"TimeZone\0<CANARY>5\0", true), Ok(Told::Nothing));
        assert_eq!(told(b'S', b"client_encoding\0UTF8\0", true), Ok(Told::AsSaid));
        assert_eq!(told(b'!', CANARY, true), Ok(Told::Nothing));
    }

    #[test]
    fn without_masks_only_the_end_of_a_connection_over_the_connection_has_words_of_ours() {
        assert_eq!(told(b'E', &words("ERROR", "23505"), false), Ok(Told::AsSaid));
        assert_eq!(told(b'E', &words("FATAL", "57P01"), false), Ok(Told::AsSaid));
        assert_eq!(told(b'E', &words("ERROR", "08006"), false), Ok(Told::AsSaid), "dblink and its like");
        assert_eq!(told(b'A', b"\0\0\0\x07channel\0CANARY\0", false), Ok(Told::AsSaid));
        match told(b'E', &words("FATAL", "28P01"), false) {
            Ok(Told::Instead(ours)) => assert!(!holds(&ours, CANARY)),
            other => panic!("{other:?}"),
        }
    }
}
