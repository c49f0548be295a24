//! What PostgreSQL's plumbing may look like: read here apart from the protocol crate, so that a command cannot reach a target
//! under a harmless name.

/// Whether these bytes are what the name says, and nothing more.
pub fn is_harmless(name: &str, bytes: &[u8]) -> bool {
    let single = |tag: u8| {
        let (head, body) = bytes.split_at_checked(5)?;
        let whole = head[0] == tag && head[1..] == u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        whole.then_some(body)
    };
    let starts = |with: &[u8]| bytes.get(4..).is_some_and(|rest| rest.starts_with(with));
    match name {
        "ssl request" => bytes == [0, 0, 0, 8, 4, 210, 22, 47],
        "startup" => starts(b"\0\x03\0\0user\0") && bytes.ends_with(b"\0\0"),
        "cancel request" => starts(&[4, 210, 22, 46]),
        "password" | "sasl initial response" | "sasl response" => single(b'p').is_some(),
        "empty query" => single(b'Q').and_then(|text| text.strip_suffix(b"\0")).is_some_and(is_blank),
        "refused query" => single(b'Q') == Some(b"refused by signet\0"),
        "refused bind" => single(b'B').is_some_and(|body| body.starts_with(b"\0signet refused ")),
        "describe" => single(b'D').is_some(),
        "describe masked" => single(b'D').is_some_and(|body| body.starts_with(b"P")),
        "close" => single(b'C').is_some(),
        "flush" => single(b'H') == Some(b""),
        "sync" => single(b'S') == Some(b""),
        "terminate" => single(b'X') == Some(b""),
        _ => false,
    }
}

/// Whether these bytes are the end of a COPY of the client's data that ran for too long: the gateway says it in the place of the
/// client, under the leave of that command.
pub fn ends_a_copy(bytes: &[u8]) -> bool {
    bytes == b"f\0\0\0\"it ran for longer than it may\0"
}

/// A text without a statement: blanks, semicolons and comments.
fn is_blank(text: &[u8]) -> bool {
    let mut left = text;
    loop {
        left = left.trim_ascii_start();
        left = match left {
            [] => return true,
            [b';' | 0x0b, rest @ ..] => rest,
            [b'-', b'-', rest @ ..] => {
                let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
                &rest[end..]
            }
            [b'/', b'*', rest @ ..] => match behind_comment(rest) {
                Some(rest) => rest,
                // A comment without an end: nothing in it is run.
                None => return true,
            },
            _ => return false,
        };
    }
}

/// What stands behind a comment, which may hold others.
fn behind_comment(mut left: &[u8]) -> Option<&[u8]> {
    let mut depth = 1;
    while depth > 0 {
        let step = match left {
            [] => return None,
            [b'/', b'*', ..] => {
                depth += 1;
                2
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                2
            }
            _ => 1,
        };
        left = &left[step..];
    }
    Some(left)
}
