//! Names and their values in bytes of which nothing is known: `password=x`, `"password": "x"`, `PASSWORD ''x''`,
//! `scheme://user:x@host`, `Bearer x`. Each byte is looked at a fixed number of times.

use std::ops::Range;

use memchr::memmem;

use super::{Found, names};
use crate::lexer::{dollar_quote, is_space};

/// The shortest word behind `Bearer` that is taken for a credential.
const BEARER: usize = 16;

/// Whether there is a name of a credential, or an address that may hold one. What has none need not be read.
pub(crate) fn mentions_any(text: &[u8]) -> bool {
    let mut at = 0;
    while let Some(name) = next_name(text, at) {
        at = name.end;
        let word = text.get(name).unwrap_or_default();
        if names::is_credential(word) || is_bearer(word) || text.get(at..).is_some_and(|rest| rest.starts_with(b"://"))
        {
            return true;
        }
    }
    false
}

/// The credentials in a value, of which a connection string may be one.
pub fn in_value(value: &[u8]) -> Vec<Range<usize>> {
    let mut found = Found::default();
    if mentions_any(value) {
        find(value, 0, false, &mut found);
    }
    found.ended(value).text
}

/// Adds the credentials from `from` to the end of `text`. In code, only what has quotes or stands behind a plain `=` is one.
/// Whether the text ends where a value would begin.
pub(super) fn find(text: &[u8], from: usize, code: bool, found: &mut Found) -> bool {
    let mut at = from;
    while let Some(name) = next_name(text, at) {
        if found.full() {
            return false;
        }
        at = name.end;
        let word = text.get(name).unwrap_or_default();
        let rest = text.get(at..).unwrap_or_default();
        let value = if names::is_credential(word) {
            value(text, at, code)
        } else if is_bearer(word) {
            bearer(text, at)
        } else if rest.starts_with(b"://") {
            let end = at + 3 + length(rest.get(3..), |byte| !ends_word(byte) && !b"/?#".contains(&byte));
            let credential = in_address(text, at + 3..end);
            at = end;
            credential.map_or(Value::None, Value::At)
        } else {
            Value::None
        };
        match value {
            Value::At(range) => {
                at = range.end.max(at);
                found.push(range);
            }
            Value::Open => return true,
            Value::None => {}
        }
    }
    false
}

/// What follows a name.
enum Value {
    None,
    At(Range<usize>),
    /// Nothing any more, or the place of something to be filled in.
    Open,
}

fn next_name(text: &[u8], at: usize) -> Option<Range<usize>> {
    let start = at + text.get(at..)?.iter().position(|byte| names::is_name(*byte))?;
    Some(start..start + length(text.get(start..), names::is_name))
}

fn is_bearer(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"bearer")
}

/// How many bytes at the beginning satisfy `holds`.
fn length(rest: Option<&[u8]>, holds: impl Fn(u8) -> bool) -> usize {
    let rest = rest.unwrap_or_default();
    rest.iter().position(|byte| !holds(*byte)).unwrap_or(rest.len())
}

fn ends_word(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b'\'' | b'"' | 0)
}

fn bearer(text: &[u8], at: usize) -> Value {
    let start = at + length(text.get(at..), is_space);
    let end = start + length(text.get(start..), |byte| !ends_word(byte));
    if start > at && end - start >= BEARER { Value::At(start..end) } else { Value::None }
}

/// The password of `user:password@host`.
fn in_address(text: &[u8], authority: Range<usize>) -> Option<Range<usize>> {
    let bytes = text.get(authority.clone())?;
    let at = bytes.iter().rposition(|byte| *byte == b'@')?;
    let colon = bytes.get(..at)?.iter().position(|byte| *byte == b':')?;
    Some(authority.start + colon + 1..authority.start + at)
}

fn value(text: &[u8], at: usize, code: bool) -> Value {
    // A name may be in quotes.
    let quotes = length(text.get(at..), |byte| matches!(byte, b'\'' | b'"' | b'\\' | b']')).min(4);
    let opens = text.get(at + quotes).is_some_and(|byte| names::is_name(*byte));
    let closing = if opens { 0 } else { quotes };
    let before = at + closing + length(text.get(at + closing..), is_space);
    let sign = separator(text.get(before..).unwrap_or_default(), closing > 0);
    let start = before + sign + length(text.get(before + sign..), is_space);
    let rest = text.get(start..).unwrap_or_default();
    if rest.is_empty() || (sign == 0 && rest.starts_with(b"%")) {
        return Value::Open;
    }
    if let Some(length) = quoted(rest) {
        return Value::At(start..start + length);
    }
    let assigns =
        text.get(before..before + sign).is_some_and(|sign| sign != b"=" && sign != b":") || rest.starts_with(b":");
    if sign == 0 || (code && assigns) {
        return Value::None;
    }
    let end = start + word(rest, code);
    if end > start { Value::At(start..end) } else { Value::None }
}

/// The length of what stands between a name and its value.
fn separator(rest: &[u8], name_in_quotes: bool) -> usize {
    match rest {
        [b'=', b'>', ..] | [b':', b'=', ..] | [b'<', b'>', ..] | [b'!', b'=', ..] => 2,
        [b'=' | b':', ..] => 1,
        [b',', ..] if name_in_quotes => 1,
        [b't' | b'T', b'o' | b'O', next, ..] if is_space(*next) => 2,
        _ => 0,
    }
}

/// The length of a quoted value with its quotes; up to the end when they are not closed.
fn quoted(rest: &[u8]) -> Option<usize> {
    let prefix = match rest {
        [b'e' | b'E' | b'b' | b'B' | b'x' | b'X' | b'n' | b'N', b'\'', ..] => 1,
        [b'u' | b'U', b'&', b'\'', ..] => 2,
        [b'$', b'0'..=b'9', ..] => return None,
        [b'$', ..] if delimiter(rest) => return Some(dollar_quote(rest).unwrap_or(rest.len())),
        _ => 0,
    };
    let open = rest.get(prefix..)?;
    let quotes = match open {
        [b'\\', b'\'' | b'"', ..] => 2,
        [quote @ (b'\'' | b'"'), ..] => length(Some(open), |byte| byte == *quote),
        _ => return None,
    };
    let (delimiter, inside) = open.split_at_checked(quotes)?;
    let inner = if let [quote] = delimiter { one_quote(inside, *quote) } else { several_quotes(inside, delimiter) };
    Some(inner.map_or(rest.len(), |inner| prefix + quotes + inner + quotes))
}

/// Whether a dollar sign opens a quote.
fn delimiter(rest: &[u8]) -> bool {
    let tag = length(rest.get(1..), |byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80);
    rest.get(tag + 1) == Some(&b'$')
}

/// Where the quote closes that opened before `inside`; not where it is doubled or escaped.
fn one_quote(inside: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(quote, b'\\', inside.get(at..)?)?;
        match inside.get(at..)? {
            [b'\\', _, ..] => at += 2,
            [first, second, ..] if *first == quote && *second == quote => at += 2,
            [first, ..] if *first == quote => return Some(at),
            _ => return None,
        }
    }
}

/// Where as many quotes close as have opened: perhaps not where a backslash stands before them.
fn several_quotes(inside: &[u8], quotes: &[u8]) -> Option<usize> {
    let mut all = memmem::find_iter(inside, quotes);
    let first = all.next()?;
    let escaped = |at: usize| at.checked_sub(1).and_then(|before| inside.get(before)) == Some(&b'\\');
    if escaped(first) { all.find(|at| !escaped(*at)).or(Some(first)) } else { Some(first) }
}

/// The length of a value without quotes. A backslash takes the next byte along, as libpq has it.
fn word(rest: &[u8], code: bool) -> usize {
    let mut at = 0;
    loop {
        match rest.get(at..) {
            Some([b'\\', b'\'' | b'"', ..]) => return at,
            Some([b'\\', next, ..]) if *next != 0 => at += 2,
            Some([first, ..]) if !(ends_word(*first) || code && b"();,".contains(first)) => at += 1,
            _ => return at,
        }
    }
}
