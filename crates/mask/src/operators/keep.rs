//! `keep_first(N)` and `keep_last(N)`: a few letters or digits of a text stay.

use model::{Value, ValueKind, Veil};

use super::element;
use super::redact::redacted;

/// Which of them stay.
pub(super) struct Keep {
    count: u8,
    end: End,
}

#[derive(PartialEq, Eq)]
enum End {
    First,
    Last,
}

impl Keep {
    pub(super) fn first(count: u8) -> Self {
        Self { count, end: End::First }
    }

    pub(super) fn last(count: u8) -> Self {
        Self { count, end: End::Last }
    }

    /// The text with stars for what does not stay, or nothing when there is nothing in it that could be counted.
    fn kept(&self, text: &str) -> Option<String> {
        if text.is_ascii() {
            // Millions of values are; a byte is a character then.
            return self.starred(text.bytes().map(char::from), text.len());
        }
        self.starred(text.chars(), text.len())
    }

    fn starred(&self, text: impl Iterator<Item = char> + Clone, bytes: usize) -> Option<String> {
        let countable = text.clone().filter(|c| c.is_alphanumeric()).count();
        if countable == 0 {
            return None;
        }
        let stay = usize::from(self.count).min(countable / 3);
        let stays = match self.end {
            End::First => 0..stay,
            End::Last => countable - stay..countable,
        };
        let (mut seen, mut shown) = (0, String::with_capacity(bytes));
        for c in text {
            let countable = c.is_alphanumeric();
            let stays = if countable { stays.contains(&seen) } else { is_separator(c) };
            seen += usize::from(countable);
            shown.push(if stays { c } else { '*' });
        }
        Some(shown)
    }
}

impl Veil for Keep {
    fn veil<'v>(&self, value: &Value<'v>, kind: &ValueKind) -> Option<Value<'v>> {
        match (value, element(kind)) {
            (Value::Text(text), ValueKind::Text(_)) => {
                self.kept(text).map(|text| Value::Text(text.into())).or_else(|| redacted(kind))
            }
            _ => redacted(kind),
        }
    }
}

/// What gives a text its form and is not part of what it says. All else that is no letter and no digit is covered too.
fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '_' | ':' | ',' | '+' | '@')
}
