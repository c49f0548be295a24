//! Finds the credentials in SQL text, so that they are neither written down nor shown to those who approve.
//!
//! A credential is the literal that belongs to a name such as `password`: behind the word itself (`PASSWORD 'x'`, in `ALTER
//! ROLE` and in `OPTIONS`), behind `=` and its like, or next to a literal that is the name (`set_config('app.token', 'x')`).
//! Inside literals and comments, and where a text cannot be lexed, names and values are found in the bytes (`plain`). What is
//! code, and not a literal, is never left out, so that nobody hides with this what runs.

mod names;
mod plain;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::lexer::{Kind, Lexer, Token, block_comment, line_comment};

pub use plain::in_value;
pub(crate) use plain::mentions_any;

/// So many are told apart; behind the last one, all of the text counts as one.
pub const MOST: usize = 4096;

/// Bodies inside bodies that are read as code.
const DEEPEST: usize = 4;

/// Where the credentials of a text are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// In order and apart from one another.
    pub text: Vec<Range<usize>>,
    /// Numbers of parameters, from 1, in ascending order.
    pub parameters: Vec<usize>,
}

impl Found {
    /// Bytes that it takes.
    pub fn size(&self) -> usize {
        let numbers = self.parameters.len().saturating_mul(size_of::<usize>());
        self.text.len().saturating_mul(size_of::<Range<usize>>()).saturating_add(numbers)
    }

    fn full(&self) -> bool {
        self.text.len() >= MOST || self.parameters.len() >= MOST
    }

    /// Adds one that stands behind the others.
    fn push(&mut self, range: Range<usize>) {
        if !self.full() && !range.is_empty() {
            self.text.push(range);
        }
    }

    fn ended(mut self, text: &[u8]) -> Self {
        if self.text.len() >= MOST
            && let Some(last) = self.text.last_mut()
        {
            last.end = text.len();
        }
        self.parameters.sort_unstable();
        self.parameters.dedup();
        self
    }
}

/// The credentials of one or more statements. Without the setting, those of both readings.
pub fn find(text: &[u8], standard_conforming_strings: Option<bool>) -> Found {
    if !plain::mentions_any(text) {
        return Found::default();
    }
    match standard_conforming_strings {
        Some(setting) => read(text, setting),
        None => united(read(text, true), read(text, false)),
    }
}

fn read(text: &[u8], standard_conforming_strings: bool) -> Found {
    let mut found = Found::default();
    let mut reading = Reading { text, standard_conforming_strings, depth: 0, found: &mut found };
    reading.code(0..text.len());
    found.ended(text)
}

fn united(one: Found, other: Found) -> Found {
    let mut all = [one.text, other.text].concat();
    all.sort_by_key(|range| range.start);
    let mut text: Vec<Range<usize>> = Vec::with_capacity(all.len());
    for range in all {
        match text.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => text.push(range),
        }
    }
    let mut parameters = [one.parameters, other.parameters].concat();
    parameters.sort_unstable();
    parameters.dedup();
    Found { text, parameters }
}

/// A text that is being read.
struct Reading<'a> {
    text: &'a [u8],
    standard_conforming_strings: bool,
    depth: usize,
    found: &'a mut Found,
}

/// What a statement does with the words and literals in it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Head {
    #[default]
    Start,
    Begun,
    /// `CREATE ROLE` and its like.
    Role,
    /// `DO`, `CREATE FUNCTION`: literals are code.
    Body,
    Other,
}

/// What a name before it makes of the next token.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Expected {
    #[default]
    Nothing,
    /// The value of a name.
    Value,
    /// The password of a role: one even without quotes.
    Password,
    /// The value of a name that was a literal: a comma stands between them.
    Behind,
    /// Every literal up to the end of the statement: they are put together with one that ends in `PASSWORD`.
    All,
}

impl Head {
    fn then(self, token: &Token<'_>) -> Self {
        match self {
            Self::Start if token.is("DO") => Self::Body,
            Self::Start | Self::Begun if token.is_any(&["CREATE", "ALTER", "OR", "REPLACE"]) => Self::Begun,
            Self::Begun if token.is_any(&["ROLE", "USER", "GROUP"]) => Self::Role,
            Self::Begun if token.is_any(&["FUNCTION", "PROCEDURE"]) => Self::Body,
            Self::Role | Self::Body => self,
            _ => Self::Other,
        }
    }
}

impl Reading<'_> {
    /// Reads SQL. What cannot be lexed, and comments, are looked through as bytes.
    fn code(&mut self, range: Range<usize>) {
        let text = self.text.get(range.clone()).unwrap_or_default();
        let (mut head, mut expected) = (Head::default(), Expected::default());
        // The end of what was read, and the name whose value comes next.
        let (mut end, mut name) = (range.start, range.start);
        for token in Lexer::new(text, self.standard_conforming_strings) {
            if self.found.full() {
                return;
            }
            let Ok(token) = token else {
                let from = if expected == Expected::Nothing { end } else { name };
                self.bytes(from..range.end, true);
                return;
            };
            let start = range.start + token.start;
            self.comments(end..start);
            end = start + token.text.len();
            if token.is_symbol(b';') {
                (head, expected) = (Head::default(), Expected::default());
                continue;
            }
            head = head.then(&token);
            let before = expected;
            expected = match token.kind {
                Kind::Text | Kind::OtherText => self.literal(&token, start, head, expected),
                _ => self.other(&token, start, head, expected),
            };
            if before == Expected::Nothing {
                name = start;
            }
        }
        self.comments(end..range.end);
    }

    /// Looks through what is between two tokens. No comment is made to seem longer than it is.
    fn comments(&mut self, range: Range<usize>) {
        let mut at = range.start;
        while let Some(rest) = self.text.get(at..range.end).filter(|rest| !rest.is_empty()) {
            let comment = match rest {
                [b'-', b'-', ..] => line_comment(rest),
                [b'/', b'*', ..] => block_comment(rest).unwrap_or(rest.len()),
                _ => 0,
            };
            self.bytes(at..at + comment - if rest.starts_with(b"/*") { 2 } else { 0 }, false);
            at += comment.max(1);
        }
    }

    fn literal(&mut self, token: &Token<'_>, start: usize, head: Head, expected: Expected) -> Expected {
        if expected != Expected::Nothing {
            self.found.push(start..start + token.text.len());
            return if expected == Expected::All { expected } else { Expected::Nothing };
        }
        let content = content(token.text);
        let inner = token.text.get(content.clone()).unwrap_or_default();
        let range = start + content.start..start + content.end;
        if names::is_path(inner) {
            return Expected::Behind;
        }
        if head == Head::Body && token.text.starts_with(b"$") && self.depth < DEEPEST {
            self.depth += 1;
            self.code(range);
            self.depth -= 1;
        } else if self.bytes(range, head == Head::Body) && names::begins_role(inner) {
            return Expected::All;
        }
        Expected::Nothing
    }

    /// A token that is no literal.
    fn other(&mut self, token: &Token<'_>, start: usize, head: Head, expected: Expected) -> Expected {
        let stays = match expected {
            Expected::All => true,
            Expected::Nothing => false,
            Expected::Value | Expected::Password | Expected::Behind => {
                matches!(token.kind, Kind::Operator if is_between(token.text))
                    || token.is_symbol(b':')
                    || token.is_symbol(b'(')
                    || token.is_any(&["TO", "N"])
                    || expected == Expected::Behind && token.is_symbol(b',')
            }
        };
        if stays {
            return expected;
        }
        if expected != Expected::Nothing && token.kind == Kind::Parameter {
            let digits = token.text.get(1..).and_then(|digits| std::str::from_utf8(digits).ok());
            self.found.parameters.extend(digits.and_then(|digits| digits.parse::<usize>().ok()));
        }
        if expected == Expected::Password && !token.is("NULL") && !matches!(token.kind, Kind::Symbol(_)) {
            self.found.push(start..start + token.text.len());
            return Expected::Nothing;
        }
        let name = match token.kind {
            Kind::Word => token.text,
            Kind::Quoted => token.text.strip_suffix(b"\"").unwrap_or_default(),
            _ => return Expected::Nothing,
        };
        match names::is_credential(name) {
            true if head == Head::Role && token.is("PASSWORD") => Expected::Password,
            true => Expected::Value,
            false => Expected::Nothing,
        }
    }

    /// Looks through bytes; whether they end where a value would begin.
    fn bytes(&mut self, range: Range<usize>, code: bool) -> bool {
        let region = self.text.get(..range.end).unwrap_or_default();
        plain::find(region, range.start, code, self.found)
    }
}

/// The operators between a name and its value.
fn is_between(operator: &[u8]) -> bool {
    [&b"="[..], b"=>", b"<>", b"!="].contains(&operator)
}

/// What of a literal is between its delimiters.
fn content(literal: &[u8]) -> Range<usize> {
    if literal.starts_with(b"$") {
        let delimiter = literal.iter().skip(1).position(|byte| *byte == b'$').map_or(0, |at| at + 2);
        return delimiter..literal.len().saturating_sub(delimiter).max(delimiter);
    }
    let start = literal.iter().position(|byte| *byte == b'\'').map_or(0, |at| at + 1);
    start..literal.len().saturating_sub(1).max(start)
}
