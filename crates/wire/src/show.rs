//! What a person sees of a recorded result: lines that cannot harm the terminal they are read at.

/// Reads what a client was shown for one command, for a person who reads the evidence.
///
/// The bytes may be cut anywhere, damaged or hostile: it never fails, holds a bounded part of them, and says what it
/// leaves out. Its lines hold no character that is hidden (`is_hidden`).
pub trait Show {
    /// Takes the next bytes, and adds the lines that they complete.
    fn take(&mut self, bytes: &[u8], lines: &mut Vec<String>);

    /// There are no more bytes: adds what is left.
    fn end(&mut self, lines: &mut Vec<String>);
}

/// Whether a character cannot be seen, moves the cursor, or turns the direction of writing.
pub fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
}

/// Text as one line, from which it can be told exactly: a backslash is doubled, what is hidden becomes an escape.
pub fn escaped(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            letter if is_hidden(letter) => line.extend(letter.escape_unicode()),
            letter => line.push(letter),
        }
    }
    line
}

/// The reading of results that are text, and of those whose protocol is not known: line by line, and what is not UTF-8 as
/// `\xNN`.
#[derive(Default)]
pub struct Raw {
    line: Vec<u8>,
}

/// A longer line is broken.
const LONGEST: usize = 4096;

impl Raw {
    fn put(&mut self, lines: &mut Vec<String>) {
        let line = std::mem::take(&mut self.line);
        let mut shown = String::new();
        for part in line.utf8_chunks() {
            shown.push_str(&escaped(part.valid()));
            shown.extend(part.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
        }
        lines.push(shown);
    }
}

impl Show for Raw {
    fn take(&mut self, bytes: &[u8], lines: &mut Vec<String>) {
        for byte in bytes {
            if *byte == b'\n' {
                self.put(lines);
                continue;
            }
            self.line.push(*byte);
            if self.line.len() >= LONGEST {
                self.put(lines);
            }
        }
    }

    fn end(&mut self, lines: &mut Vec<String>) {
        if !self.line.is_empty() {
            self.put(lines);
        }
    }
}
