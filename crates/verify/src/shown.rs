//! Text of the log, made harmless before a person sees it: it must not move a cursor nor turn the direction of writing.

use time::OffsetDateTime;
use time::macros::format_description;

/// Letters shown of one text.
const LONGEST: usize = 200;

/// The text in quotes, on one line, without control characters and what hides or turns letters.
pub(crate) fn shown(text: &str) -> String {
    let mut line = String::from("\"");
    for (at, letter) in text.chars().enumerate() {
        if at == LONGEST {
            line.push('…');
            break;
        }
        if is_hidden(letter) || matches!(letter, '"' | '\\') {
            line.extend(letter.escape_default());
        } else {
            line.push(letter);
        }
    }
    line.push('"');
    line
}

/// Lines byte for byte, but for what steers a terminal.
pub(crate) fn harmless(lines: &str) -> String {
    let mut text = String::new();
    for letter in lines.chars() {
        if is_hidden(letter) && letter != '\n' {
            text.extend(letter.escape_default());
        } else {
            text.push(letter);
        }
    }
    text
}

fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || (letter.is_whitespace() && letter != ' ')
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A time in UTC, to the second.
pub(crate) fn moment(time_us: u64) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(time_us) * 1_000).ok();
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    time.and_then(|time| time.format(&format).ok()).unwrap_or_else(|| format!("{time_us} us"))
}

/// How long, in its largest unit that is not a fraction of one.
pub(crate) fn span(span_us: u64) -> String {
    let seconds = span_us / 1_000_000;
    match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        let evil = "\u{1b}[2J\u{9b}31m\r\n\t\u{202e}drow\u{2066}\u{200b}\u{feff}\u{2028}\u{e0041}\u{7f}\u{0}\"\\";
        let line = shown(evil);
        assert!(line.chars().all(|letter| letter.is_ascii_graphic() || letter == ' '), "{line}");
        assert!(line.starts_with(r#""\u{1b}[2J\u{9b}31m\r\n\t\u{202e}drow"#), "{line}");
        assert_eq!(shown("grüße € 😀 <b>=1+1"), "\"grüße € 😀 <b>=1+1\"");
        assert_eq!(shown(&"x".repeat(1_000)).chars().count(), LONGEST + 3);
    }

    #[test]
    fn times_and_spans_are_readable() {
        assert_eq!(moment(1_700_000_000_000_001), "2023-11-14T22:13:20Z");
        assert_eq!(moment(u64::MAX), format!("{} us", u64::MAX));
        assert_eq!([span(0), span(119_999_999), span(120_000_000)], ["0 seconds", "119 seconds", "2 minutes"]);
        assert_eq!([span(7_200_000_000), span(172_800_000_000)], ["2 hours", "2 days"]);
    }
}
