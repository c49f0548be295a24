//! Messages as clients and targets write them, and how they are shown in transcripts.

use crate::message::error::{Severity, build};

pub(super) const V3_0: u32 = 0x0003_0000;
pub(super) const V3_2: u32 = 0x0003_0002;
pub(super) const TLS: u32 = 80_877_103;
pub(super) const GSS: u32 = 80_877_104;
pub(super) const CANCEL: u32 = 80_877_102;

pub(super) fn frame(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    bytes.extend(u32::try_from(body.len() + 4).unwrap().to_be_bytes());
    bytes.extend(body);
    bytes
}

pub(super) fn packet(code: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(body.len() + 8).unwrap().to_be_bytes().to_vec();
    bytes.extend(code.to_be_bytes());
    bytes.extend(body);
    bytes
}

pub(super) fn startup(version: u32, parameters: &[(&str, &str)]) -> Vec<u8> {
    let mut body: Vec<u8> =
        parameters.iter().flat_map(|(name, value)| format!("{name}\0{value}\0").into_bytes()).collect();
    body.push(0);
    packet(version, &body)
}

pub(super) fn query(text: &str) -> Vec<u8> {
    frame(b'Q', format!("{text}\0").as_bytes())
}

pub(super) fn parse(name: &str, text: &str) -> Vec<u8> {
    frame(b'P', format!("{name}\0{text}\0\0\0").as_bytes())
}

pub(super) fn bind(portal: &str, statement: &str, values: &[&str]) -> Vec<u8> {
    let mut body = format!("{portal}\0{statement}\0\0\0").into_bytes();
    body.extend(u16::try_from(values.len()).unwrap().to_be_bytes());
    for value in values {
        body.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
        body.extend(value.as_bytes());
    }
    body.extend([0, 0]);
    frame(b'B', &body)
}

pub(super) fn describe_portal(name: &str) -> Vec<u8> {
    frame(b'D', format!("P{name}\0").as_bytes())
}

pub(super) fn describe_statement(name: &str) -> Vec<u8> {
    frame(b'D', format!("S{name}\0").as_bytes())
}

pub(super) fn execute(portal: &str) -> Vec<u8> {
    frame(b'E', format!("{portal}\0\0\0\0\0").as_bytes())
}

pub(super) fn sync() -> Vec<u8> {
    frame(b'S', b"")
}

pub(super) fn terminate() -> Vec<u8> {
    frame(b'X', b"")
}

/// Parse, Bind, Describe, Execute.
pub(super) fn extended(text: &str) -> Vec<u8> {
    [parse("", text), bind("", "", &[]), describe_portal(""), execute("")].concat()
}

/// The answers to `extended`, with one row.
pub(super) fn extended_answers() -> Vec<u8> {
    [frame(b'1', b""), frame(b'2', b""), columns(&["a"]), row(&["x"]), done("SELECT 1")].concat()
}

pub(super) fn columns(names: &[&str]) -> Vec<u8> {
    let mut body = u16::try_from(names.len()).unwrap().to_be_bytes().to_vec();
    for name in names {
        body.extend(name.as_bytes());
        body.extend([0; 19]);
    }
    frame(b'T', &body)
}

pub(super) fn row(values: &[&str]) -> Vec<u8> {
    let mut body = u16::try_from(values.len()).unwrap().to_be_bytes().to_vec();
    for value in values {
        body.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
        body.extend(value.as_bytes());
    }
    frame(b'D', &body)
}

pub(super) fn done(tag: &str) -> Vec<u8> {
    frame(b'C', format!("{tag}\0").as_bytes())
}

pub(super) fn ready(state: u8) -> Vec<u8> {
    frame(b'Z', &[state])
}

pub(super) fn error(code: &str) -> Vec<u8> {
    build(Severity::Error, code, "theirs", None).to_vec()
}

pub(super) fn fatal(code: &str) -> Vec<u8> {
    build(Severity::Fatal, code, "theirs", None).to_vec()
}

pub(super) fn notice() -> Vec<u8> {
    build(Severity::Notice, "00000", "by the way", None).to_vec()
}

pub(super) fn status(name: &str, value: &str) -> Vec<u8> {
    frame(b'S', format!("{name}\0{value}\0").as_bytes())
}

pub(super) fn select_one() -> Vec<u8> {
    [columns(&["a"]), row(&["1"]), done("SELECT 1")].concat()
}

/// From AuthenticationOk to ReadyForQuery; the key is process 7 with the secret 1 2 3 4.
pub(super) fn welcome() -> Vec<u8> {
    [
        frame(b'R', &[0; 4]),
        status("standard_conforming_strings", "on"),
        status("client_encoding", "UTF8"),
        frame(b'K', &[0, 0, 0, 7, 1, 2, 3, 4]),
        ready(b'I'),
    ]
    .concat()
}

/// The frames in `bytes`, each by its tag and what matters of it.
pub(super) fn render(bytes: &[u8]) -> String {
    let mut left = bytes;
    let mut words = Vec::new();
    while !left.is_empty() {
        let Some((head, _)) = left.split_first_chunk::<5>() else { break };
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let total = usize::try_from(length).unwrap().saturating_add(1);
        if !head[0].is_ascii_alphanumeric() || left.len() < total {
            break;
        }
        words.push(word(head[0], &left[5..total]));
        left = &left[total..];
    }
    if !left.is_empty() {
        words.push(format!("{:?}", String::from_utf8_lossy(left)));
    }
    words.join(" ")
}

fn word(tag: u8, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let strings: Vec<&str> = text.split('\0').collect();
    let tag = char::from(tag);
    match tag {
        'E' | 'N' if text.starts_with('S') => {
            let field = |name: char| strings.iter().find_map(|field| field.strip_prefix(name)).unwrap_or_default();
            format!("{tag}({} {} {})", field('S'), field('C'), field('M'))
        }
        'Q' | 'C' if !text.starts_with(['S', 'P']) || tag == 'Q' || text.starts_with("SEL") => {
            format!("{tag}({})", strings[0])
        }
        'Z' => format!("Z({text})"),
        _ => tag.to_string(),
    }
}
