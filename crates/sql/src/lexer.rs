//! PostgreSQL's lexer (`scan.l`) over bytes: linear, without recursion, without allocation.
//!
//! It knows where every token ends, in all versions since 14 alike; where versions disagree, or the server's own lexer
//! reports an error, it gives up, and its caller takes the text for opaque. Bytes from 0x80 on are letters, as in
//! PostgreSQL, so the client encoding must be one in which no character contains an ASCII byte (UTF-8).

use memchr::{memchr, memchr2, memmem};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An unquoted identifier or keyword.
    Word,
    /// `"..."`, or `U&"..."` whose escapes may spell any name.
    Quoted,
    /// `'...'` or `E'...'`, with its continuations on further lines.
    Text,
    /// `$tag$...$tag$`, `B''`, `X''`, `U&''`.
    OtherText,
    /// A number.
    Number,
    /// `$1`.
    Parameter,
    /// A run of operator characters.
    Operator,
    /// One of `( ) [ ] , ; : .`.
    Symbol(u8),
}

/// One token and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its bytes.
    pub text: &'a [u8],
    /// The offset of its first byte.
    pub start: usize,
}

impl Token<'_> {
    /// Whether it is this keyword. PostgreSQL folds the case of ASCII letters only.
    pub fn is(&self, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(keyword.as_bytes())
    }

    /// Whether it is one of these keywords.
    pub fn is_any(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(keyword))
    }

    /// Whether it is this symbol.
    pub fn is_symbol(&self, symbol: u8) -> bool {
        self.kind == Kind::Symbol(symbol)
    }
}

/// The text cannot be lexed, or not in the same way by all versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotLexable;

/// The tokens of a text, without white space and comments. After an error there are no more.
#[derive(Clone, Copy)]
pub struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
    standard_conforming_strings: bool,
}

impl<'a> Lexer<'a> {
    /// The tokens of a text, as a session with that setting reads it.
    pub fn new(text: &'a [u8], standard_conforming_strings: bool) -> Self {
        Self { text, at: 0, standard_conforming_strings }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Steps over white space and comments.
    fn skip_blank(&mut self) -> Result<(), NotLexable> {
        loop {
            let length = match self.rest() {
                [first, ..] if is_space(*first) => 1,
                rest @ [b'-', b'-', ..] => line_comment(rest),
                rest @ [b'/', b'*', ..] => block_comment(rest).ok_or(NotLexable)?,
                _ => return Ok(()),
            };
            self.at += length;
        }
    }

    /// Kind and length of the token at the beginning of `rest`.
    fn measure(&self, rest: &[u8]) -> Option<(Kind, usize)> {
        let plain = if self.standard_conforming_strings { Quoting::Doubled } else { Quoting::Escaped };
        match rest {
            [b'\'', ..] => Some((Kind::Text, string(rest, 1, plain)?)),
            [b'e' | b'E', b'\'', ..] => Some((Kind::Text, string(rest, 2, Quoting::Escaped)?)),
            [b'b' | b'B' | b'x' | b'X', b'\'', ..] => Some((Kind::OtherText, string(rest, 2, Quoting::None)?)),
            // The server refuses these while backslashes are escapes.
            [b'u' | b'U', b'&', b'\'', ..] if !self.standard_conforming_strings => None,
            [b'u' | b'U', b'&', b'\'', ..] => Some((Kind::OtherText, string(rest, 3, Quoting::Doubled)?)),
            [b'u' | b'U', b'&', b'"', ..] => Some((Kind::Quoted, quoted_name(rest, 3)?)),
            [b'"', ..] => Some((Kind::Quoted, quoted_name(rest, 1)?)),
            [b'$', b'0'..=b'9', ..] => parameter(rest),
            [b'$', ..] => Some((Kind::OtherText, dollar_quote(rest)?)),
            [b'0'..=b'9', ..] | [b'.', b'0'..=b'9', ..] => number(rest),
            [symbol @ (b'(' | b')' | b'[' | b']' | b',' | b';' | b':' | b'.'), ..] => Some((Kind::Symbol(*symbol), 1)),
            [first, ..] if is_name_start(*first) => Some((Kind::Word, run(rest, is_name))),
            [first, ..] if is_operator(*first) => Some((Kind::Operator, operator(rest))),
            _ => None,
        }
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Result<Token<'a>, NotLexable>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = match self.skip_blank() {
            Ok(()) if self.rest().is_empty() => return None,
            Ok(()) => self.at,
            Err(error) => {
                self.at = self.text.len();
                return Some(Err(error));
            }
        };
        let rest = self.rest();
        let token = self.measure(rest).and_then(|(kind, length)| Some((kind, rest.get(..length)?)));
        let Some((kind, text)) = token else {
            self.at = self.text.len();
            return Some(Err(NotLexable));
        };
        self.at += text.len();
        Some(Ok(Token { kind, text, start }))
    }
}

/// Whether a text is the same tokens with `standard_conforming_strings` on and off.
pub fn reads_one_way(text: &[u8]) -> bool {
    Lexer::new(text, true).eq(Lexer::new(text, false))
}

/// How a quote stands inside a quoted text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoting {
    /// It cannot.
    None,
    /// Doubled.
    Doubled,
    /// Doubled, or after a backslash.
    Escaped,
}

/// The length of the string at the beginning of `rest`, whose content starts at `at`.
fn string(rest: &[u8], mut at: usize, quoting: Quoting) -> Option<usize> {
    loop {
        let content = rest.get(at..)?;
        at += match quoting {
            Quoting::Escaped => memchr2(b'\'', b'\\', content)?,
            Quoting::Doubled | Quoting::None => memchr(b'\'', content)?,
        };
        match rest.get(at..)? {
            [b'\\', ..] => at += 2,
            [b'\'', b'\'', ..] if quoting != Quoting::None => at += 2,
            after => match continuation(after.get(1..)?) {
                Some(skipped) => at += 1 + skipped,
                None => return Some(at + 1),
            },
        }
    }
}

/// SQL's continuation: after white space with a line break, and perhaps `--` comments, a further quote carries the same
/// string on, with the same rules for backslashes. Returns the length up to and including that quote.
fn continuation(after: &[u8]) -> Option<usize> {
    let (mut at, mut line_break) = (0, false);
    loop {
        match after.get(at..)? {
            [b'\n' | b'\r', ..] => {
                line_break = true;
                at += 1;
            }
            [first, ..] if is_space(*first) => at += 1,
            comment @ [b'-', b'-', ..] => at += line_comment(comment),
            [b'\'', ..] if line_break => return Some(at + 1),
            _ => return None,
        }
    }
}

/// The length of the quoted name at the beginning of `rest`, whose content starts at `at`.
fn quoted_name(rest: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr(b'"', rest.get(at..)?)?;
        match rest.get(at + 1) {
            Some(b'"') => at += 2,
            _ => return Some(at + 1),
        }
    }
}

/// The length of `$tag$...$tag$`. A lone dollar sign is an error of the server's.
pub(crate) fn dollar_quote(rest: &[u8]) -> Option<usize> {
    let tag = run(rest.get(1..)?, |byte| is_name(byte) && byte != b'$');
    let (delimiter, body) = rest.split_at_checked(tag + 2)?;
    if delimiter.last() != Some(&b'$') {
        return None;
    }
    Some(2 * delimiter.len() + memmem::find(body, delimiter)?)
}

/// `$1`. What follows without a space was a new token up to version 14 and is an error since.
fn parameter(rest: &[u8]) -> Option<(Kind, usize)> {
    let length = 1 + run(rest.get(1..)?, |byte| byte.is_ascii_digit());
    ends(rest, length).then_some((Kind::Parameter, length))
}

/// A number in the notations of all versions. `1_000` and `0x1F` are one token only since 16, but as the name that
/// older versions see in `_000` or `x1F` ends at the same place, nothing moves.
fn number(rest: &[u8]) -> Option<(Kind, usize)> {
    let digits = |at: usize| run(rest.get(at..).unwrap_or_default(), |byte| byte.is_ascii_digit() || byte == b'_');
    let mut length = match rest {
        [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B', tail @ ..]
            if tail.first().is_some_and(|byte| is_name(*byte)) =>
        {
            2 + run(tail, |byte| byte.is_ascii_hexdigit() || byte == b'_')
        }
        _ => digits(0),
    };
    if rest.get(length) == Some(&b'.') {
        length += 1;
        length += digits(length);
    }
    if let Some([b'e' | b'E', tail @ ..]) = rest.get(length..) {
        let sign = usize::from(matches!(tail, [b'+' | b'-', ..]));
        match digits(length + 1 + sign) {
            0 => return None,
            exponent => length += 1 + sign + exponent,
        }
    }
    ends(rest, length).then_some((Kind::Number, length))
}

/// Whether no name or dollar quote follows directly.
fn ends(rest: &[u8], length: usize) -> bool {
    !rest.get(length).is_some_and(|byte| is_name(*byte))
}

/// The length of a run of operator characters. A comment may begin inside it; looking no further than that keeps
/// `+/**/+/**/` linear.
fn operator(rest: &[u8]) -> usize {
    let mut length = 0;
    loop {
        match rest.get(length..) {
            Some([b'-', b'-', ..] | [b'/', b'*', ..]) => return length,
            Some([first, ..]) if is_operator(*first) => length += 1,
            _ => return length,
        }
    }
}

/// The length of a `--` comment, without the line break.
pub(crate) fn line_comment(rest: &[u8]) -> usize {
    memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())
}

/// The length of a `/* */` comment, which may hold others.
pub(crate) fn block_comment(rest: &[u8]) -> Option<usize> {
    let (mut depth, mut at) = (1_usize, 2);
    loop {
        at += memchr2(b'*', b'/', rest.get(at..)?)?;
        match rest.get(at..)? {
            [b'*', b'/', ..] if depth == 1 => return Some(at + 2),
            [b'*', b'/', ..] => {
                depth -= 1;
                at += 2;
            }
            [b'/', b'*', ..] => {
                depth += 1;
                at += 2;
            }
            _ => at += 1,
        }
    }
}

/// How many bytes at the beginning of `rest` satisfy `holds`.
fn run(rest: &[u8], holds: impl Fn(u8) -> bool) -> usize {
    rest.iter().position(|byte| !holds(*byte)).unwrap_or(rest.len())
}

pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_name(byte: u8) -> bool {
    is_name_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

fn is_operator(byte: u8) -> bool {
    b"~!@#^&|`?+-*/%<>=".contains(&byte)
}
