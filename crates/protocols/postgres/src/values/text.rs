//! Text and JSON.

use bytes::{BufMut, BytesMut};

use super::Form;

/// The version that stands before `jsonb` in binary form.
const JSONB: u8 = 1;

/// Text without the padding of `char(n)`.
pub(super) fn decode(limit: Option<u32>, form: Form, bytes: &[u8]) -> Option<&str> {
    let text = understood(form, bytes)?;
    let limit = limit.and_then(|limit| usize::try_from(limit).ok());
    Some(if is_padded(limit, text) { text.trim_end_matches(' ') } else { text })
}

pub(super) fn encode(limit: Option<u32>, form: Form, value: &str, original: &[u8], into: &mut BytesMut) -> Option<()> {
    let limit = limit.and_then(|limit| usize::try_from(limit).ok());
    let too_long = limit.is_some_and(|limit| value.chars().count() > limit);
    if too_long || holds_nul(value) || !(form.utf8 || value.is_ascii()) {
        return None;
    }
    into.extend_from_slice(value.as_bytes());
    if let (Some(limit), Ok(original)) = (limit, std::str::from_utf8(original))
        && is_padded(Some(limit), original)
    {
        into.put_bytes(b' ', limit.saturating_sub(value.chars().count()));
    }
    Some(())
}

/// JSON as text: in binary form `jsonb` has a version before it, and no JSON begins with that byte.
pub(super) fn decode_json(form: Form, bytes: &[u8]) -> Option<&str> {
    match bytes {
        [JSONB, text @ ..] if form.binary => understood(form, text),
        text => understood(form, text),
    }
    .filter(|text| !text.is_empty())
}

pub(super) fn encode_json(form: Form, value: &str, original: &[u8], into: &mut BytesMut) -> Option<()> {
    if value.is_empty() || holds_nul(value) || !(form.utf8 || value.is_ascii()) {
        return None;
    }
    if form.binary && original.first() == Some(&JSONB) {
        into.put_u8(JSONB);
    }
    into.extend_from_slice(value.as_bytes());
    Some(())
}

/// Text of the target, in which no NUL can stand.
fn understood(form: Form, bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| (form.utf8 || text.is_ascii()) && !holds_nul(text))
}

fn holds_nul(text: &str) -> bool {
    memchr::memchr(0, text.as_bytes()).is_some()
}

/// Whether it fills its type with spaces at its end, as `char(n)` does.
fn is_padded(limit: Option<usize>, text: &str) -> bool {
    limit.is_some_and(|limit| text.ends_with(' ') && limit == text.chars().count())
}
