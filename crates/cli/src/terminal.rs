//! Where a command writes and asks, and how text of others is made harmless before it is shown.

use std::io::{self, IsTerminal, Write};

use crate::input::{Input, Stdin};

/// The two outputs of a command, and its input.
pub struct Terminal {
    /// What was asked for, and nothing else.
    pub out: Box<dyn Write>,
    /// Explanations and failures.
    pub err: Box<dyn Write>,
    /// What is typed, or piped in.
    pub input: Box<dyn Input>,
    /// Whether `out` shows colours.
    pub colour: bool,
    /// Whether `out` is read by a person: tables are aligned.
    pub tables: bool,
}

impl Terminal {
    /// Those of the process. Colours only at a terminal, and not against NO_COLOR.
    pub fn of_process() -> Self {
        let colour = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
        let tables = io::stdout().is_terminal();
        Self { out: Box::new(io::stdout()), err: Box::new(io::stderr()), input: Box::new(Stdin), colour, tables }
    }

    /// `text` in a colour, where there are colours.
    pub(crate) fn paint(&self, colour: Colour, text: &str) -> String {
        if self.colour { format!("\x1b[{}m{text}\x1b[0m", colour as u8) } else { text.to_owned() }
    }
}

/// Colours by their ANSI number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    Red = 31,
    Green = 32,
    Yellow = 33,
    Cyan = 36,
    Grey = 90,
}

/// One line without control characters, of at most so many characters: what a peer wrote must not move the cursor of the
/// operator who reads it, nor turn the direction of writing.
pub(crate) fn plain(text: &str, longest: usize) -> String {
    let mut line = String::new();
    let mut shown = 0;
    for word in text.split_whitespace() {
        for (at, letter) in word.chars().enumerate() {
            if shown >= longest {
                line.push('…');
                return line;
            }
            if at == 0 && !line.is_empty() {
                line.push(' ');
            }
            if wire::is_hidden(letter) {
                line.extend(letter.escape_unicode());
            } else {
                line.push(letter);
            }
            shown += 1;
        }
    }
    line
}

/// The lines of a text as it is, harmless: what is hidden is an escape, what is not UTF-8 is `\xNN`, a tab is spaces.
pub(crate) fn lines(text: &[u8]) -> Vec<String> {
    text.split(|byte| *byte == b'\n').map(line).collect()
}

fn line(bytes: &[u8]) -> String {
    let mut line = String::with_capacity(bytes.len());
    for part in bytes.strip_suffix(b"\r").unwrap_or(bytes).utf8_chunks() {
        for letter in part.valid().chars() {
            match letter {
                '\t' => line.push_str("    "),
                letter if wire::is_hidden(letter) => line.extend(letter.escape_unicode()),
                letter => line.push(letter),
            }
        }
        line.extend(part.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    line
}

/// Bytes in base16.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `1 command`, `2 commands`.
pub(crate) fn counted(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// JSON, as text, as it may be shown: what `plain` escapes is escaped here as JSON has it. It stands in strings alone, but for
/// line breaks of ours.
pub(crate) fn harmless(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter != '\n' && wire::is_hidden(letter) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                shown.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            shown.push(letter);
        }
    }
    shown
}
