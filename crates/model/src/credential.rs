//! Credentials where they do not belong: the form of Signet's own tokens, and what is written in the place of a credential.

use std::borrow::Cow;
use std::ops::Range;

/// What stands where a credential was left out, however long that was.
pub const LEFT_OUT: &str = "[credential left out]";

/// What a token begins with, so that scanners of leaked secrets recognise it.
pub const TOKEN_PREFIX: &str = "sgt_";

/// Random characters of a token (base62) behind the prefix: 62 to the power of 33 is above 2 to the power of 196. With the
/// prefix they are 37, below the 64 that clients take.
pub const TOKEN_RANDOM: usize = 33;

/// So many characters behind the prefix are taken for a token: part of one is a secret too.
const SUSPICIOUS: usize = 16;

/// Where a command holds credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// Ranges of its text, in order and apart from one another.
    pub text: Vec<Range<usize>>,
    /// Ranges of the text that it runs, where its own has only a name for that; the same.
    pub behind: Vec<Range<usize>>,
    /// Parameters (from 0), and what of them; in order and apart from one another.
    pub parameters: Vec<(usize, Range<usize>)>,
}

/// Where tokens stand in `text`.
pub fn tokens(text: &[u8]) -> Vec<Range<usize>> {
    let prefix = TOKEN_PREFIX.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = memchr::memmem::find(text.get(at..).unwrap_or_default(), prefix).map(|start| at + start) {
        let random = start + prefix.len();
        let rest = text.get(random..).unwrap_or_default();
        at = random;
        if run(rest, |byte| byte.is_ascii_alphanumeric()) >= SUSPICIOUS {
            // With a second one that follows without a gap.
            at += run(rest, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
            found.push(start..at);
        }
    }
    found
}

/// How many bytes at the beginning satisfy `holds`.
fn run(bytes: &[u8], holds: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| !holds(*byte)).unwrap_or(bytes.len())
}

/// `text` with the mark in the place of each token.
pub fn without_tokens(text: &[u8]) -> Cow<'_, [u8]> {
    without(text, &tokens(text))
}

/// `text` with the mark in the place of each of `ranges`, which are in order and apart from one another.
pub(crate) fn without<'a>(text: &'a [u8], ranges: &[Range<usize>]) -> Cow<'a, [u8]> {
    if ranges.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut kept = Vec::with_capacity(text.len());
    let mut from = 0;
    for range in ranges {
        kept.extend_from_slice(text.get(from..range.start).unwrap_or_default());
        kept.extend_from_slice(LEFT_OUT.as_bytes());
        from = range.end;
    }
    kept.extend_from_slice(text.get(from..).unwrap_or_default());
    Cow::Owned(kept)
}
