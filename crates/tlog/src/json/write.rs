//! Writes a value in its one form.

use std::io::Write;

use super::Value;

/// The text of a value. Whoever builds a value keeps its keys in order and its integers small.
pub fn write(value: &Value<'_>) -> Vec<u8> {
    let mut text = Vec::new();
    append(&mut text, value);
    text
}

fn append(text: &mut Vec<u8>, value: &Value<'_>) {
    match value {
        Value::Object(members) => list(text, [b'{', b'}'], members, |text, (key, value)| {
            string(text, key);
            text.push(b':');
            append(text, value);
        }),
        Value::Array(values) => list(text, [b'[', b']'], values, append),
        Value::String(value) => string(text, value),
        // Writing into memory does not fail.
        Value::Integer(integer) => drop(write!(text, "{integer}")),
        Value::Bool(truth) => drop(write!(text, "{truth}")),
    }
}

fn list<T>(text: &mut Vec<u8>, [open, close]: [u8; 2], items: &[T], each: impl Fn(&mut Vec<u8>, &T)) {
    text.push(open);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            text.push(b',');
        }
        each(text, item);
    }
    text.push(close);
}

/// Appends a string with its quotes, escaped in the one way: for those who write a record piece by piece.
pub fn string(text: &mut Vec<u8>, value: &str) {
    text.push(b'"');
    let mut rest = value.as_bytes();
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20)) {
        let (plain, behind) = rest.split_at(at);
        text.extend_from_slice(plain);
        let Some((byte, behind)) = behind.split_first() else { break };
        escape(text, *byte);
        rest = behind;
    }
    text.extend_from_slice(rest);
    text.push(b'"');
}

fn escape(text: &mut Vec<u8>, byte: u8) {
    let letter = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0c => b'f',
        b'\r' => b'r',
        // Writing into memory does not fail.
        _ => return drop(write!(text, "\\u{byte:04x}")),
    };
    text.extend_from_slice(&[b'\\', letter]);
}
