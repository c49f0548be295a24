//! One value as a person sees it.

use std::fmt::Write;

use wire::escaped;

/// Bytes of a value that are shown.
const SHOWN: usize = 2048;

/// A value of a row. Text never holds a NUL, so what does is binary, whatever was said of it: a statement is described
/// before its client chooses the format.
pub(super) fn cell(value: Option<&[u8]>, is_binary: bool) -> String {
    match value {
        None => "\\N".to_owned(),
        Some(bytes) if is_binary || bytes.contains(&0) => binary(bytes),
        Some(bytes) => text(bytes, escaped),
    }
}

/// A line of copied text, whose backslashes are its own escapes.
pub(super) fn copied(line: &[u8]) -> String {
    text(line, |text| escaped(text).replace("\\\\", "\\"))
}

/// Bytes in base16.
pub(super) fn binary(bytes: &[u8]) -> String {
    let mut shown = "\\x".to_owned();
    for byte in bytes.iter().take(SHOWN) {
        // Writing to a string cannot fail.
        let _ = write!(shown, "{byte:02x}");
    }
    marked(shown, bytes.len())
}

fn text(bytes: &[u8], escape: impl Fn(&str) -> String) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else { return binary(bytes) };
    let end = text.floor_char_boundary(SHOWN);
    marked(escape(text.get(..end).unwrap_or_default()), bytes.len())
}

/// Says so when a value is longer than what is shown of it.
fn marked(mut shown: String, length: usize) -> String {
    if length > SHOWN {
        let _ = write!(shown, "… ({length} bytes)");
    }
    shown
}
