//! Settings of the target that decide how SQL text is to be read, as the target reports them.

use model::{Certainty, Verb};
use sql::lexer::reads_one_way;

use sql::{SessionEffects, Statement, TooManyStatements, read, split, split_either};

/// What the target last reported.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tracked {
    standard_conforming_strings: Option<bool>,
    /// In this client encoding a byte of a character can look like ASCII.
    overlapping: bool,
    /// The client encoding is UTF-8.
    utf8: bool,
}

/// Client encodings whose later bytes overlap with ASCII.
const OVERLAPPING: &[&str] = &[
    "SJIS",
    "SHIFT_JIS_2004",
    "SHIFTJIS2004",
    "BIG5",
    "GBK",
    "UHC",
    "GB18030",
    "JOHAB",
    "MSKANJI",
    "WIN932",
    "WIN936",
    "WIN949",
    "WIN950",
    "WINDOWS932",
    "WINDOWS936",
    "WINDOWS949",
    "WINDOWS950",
];

impl Tracked {
    /// A ParameterStatus.
    pub(crate) fn note(&mut self, name: &[u8], value: &[u8]) {
        match name {
            b"standard_conforming_strings" => {
                self.standard_conforming_strings = match value {
                    b"on" => Some(true),
                    b"off" => Some(false),
                    _ => None,
                };
            }
            b"client_encoding" => {
                self.utf8 = value == b"UTF8";
                self.overlapping = OVERLAPPING.iter().any(|name| value.eq_ignore_ascii_case(name.as_bytes()));
            }
            _ => {}
        }
    }

    /// The statements of a text. While commands are under way that may change a setting, a text that reads differently
    /// with it is opaque.
    pub(super) fn read(
        &self,
        text: &[u8],
        under_way: bool,
        maximum: usize,
    ) -> Result<Vec<Statement>, TooManyStatements> {
        // What the target makes of it is not known here; a byte of a character may even look like a quote.
        if (!self.utf8 || under_way) && !text.is_ascii() {
            return Ok(vec![unreadable(text)]);
        }
        // Such a text means the same whatever the settings are.
        if text.is_ascii() && reads_one_way(text) {
            return read(text, maximum);
        }
        match self.standard_conforming_strings {
            Some(true) if !under_way && self.utf8 => read(text, maximum),
            Some(setting) if !under_way => split(text, setting, maximum),
            _ => split_either(text, maximum),
        }
    }

    /// Whether text comes in UTF-8.
    pub(super) fn is_utf8(&self) -> bool {
        self.utf8
    }

    /// Whether a byte of a character can look like ASCII.
    pub(super) fn is_overlapping(&self) -> bool {
        self.overlapping
    }

    /// `standard_conforming_strings`, where it is certain that a text is read with it.
    pub(super) fn strings(&self, under_way: bool) -> Option<bool> {
        self.standard_conforming_strings.filter(|_| !under_way && !self.overlapping)
    }
}

fn unreadable(text: &[u8]) -> Statement {
    Statement {
        range: 0..text.len(),
        verb: Verb::Unknown,
        name: "unreadable text",
        certainty: Certainty::Opaque,
        unbounded_write: true,
        effects: SessionEffects { prepares: true, transaction: true },
        reading: None,
        step: None,
    }
}
