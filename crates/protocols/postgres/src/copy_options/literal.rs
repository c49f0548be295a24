//! What a string stands for.

/// The value of `'...'` or `E'...'`; `None` where that is not plain.
pub(super) fn value(text: &[u8], conforming: bool) -> Option<Vec<u8>> {
    let (escaped, quoted) = match text {
        [b'e' | b'E', quoted @ ..] => (true, quoted),
        quoted => (!conforming, quoted),
    };
    let mut inside = quoted.strip_prefix(b"'")?.strip_suffix(b"'")?;
    let mut value = Vec::new();
    while let Some((first, rest)) = inside.split_first() {
        let (byte, left) = match (first, rest) {
            (b'\'', [b'\'', left @ ..]) => (b'\'', left),
            // A string that goes on in a further line.
            (b'\'', _) => return None,
            (b'\\', [letter, left @ ..]) if escaped => (unescaped(*letter)?, left),
            (b'\\', []) if escaped => return None,
            (byte, left) => (*byte, left),
        };
        value.push(byte);
        inside = left;
    }
    Some(value)
}

/// A byte behind a backslash; escapes that are numbers are left alone.
fn unescaped(letter: u8) -> Option<u8> {
    Some(match letter {
        b't' => b'\t',
        b'n' => b'\n',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        b'0'..=b'9' | b'x' | b'u' | b'U' => return None,
        other => other,
    })
}
