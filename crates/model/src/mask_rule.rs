//! Rules that say which columns are masked, and how. They stand in policies as `@mask("customers.ssn keep_last(4), label:pii")`.

use std::fmt;
use std::str::FromStr;

use crate::positions::Positions;

/// Which columns a rule is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ColumnPattern {
    /// By name: `column`, `table.column` or `schema.table.column`, each with `*` for any characters. What is left out stands
    /// for any. A name with other characters than letters, digits and `_ $ - *` is written in double quotes, in which `*` is
    /// itself.
    Named {
        /// The schema.
        schema: Option<NamePattern>,
        /// The relation.
        relation: Option<NamePattern>,
        /// The column.
        column: NamePattern,
    },
    /// By a label at the target: `label:NAME`.
    Label(String),
}

/// A name, or a pattern of names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NamePattern {
    /// The text between the stars; without a star, one. Compared as bytes: names are as the catalogue holds them.
    parts: Vec<String>,
}

/// What is done with a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operator {
    /// `redact`: nothing of it is shown but its type.
    Redact,
    /// `null`: it is said to be missing.
    Null,
    /// `constant(TEXT)`: the same for all, as far as the type can hold it.
    Constant(String),
    /// `keep_first(N)`: the first N letters or digits stay, but never more than a third.
    KeepFirst(u8),
    /// `keep_last(N)`: the last N, in the same way.
    KeepLast(u8),
    /// `token`: a keyed name of the value. Equal values have equal tokens, whatever way they are written.
    Token,
    /// `email`: a token in place of what stands before the `@`; the domain stays.
    Email,
    /// `shift(DAYS)`: a date or time moved by at most so many days, by a secret and steady number for each value's column.
    Shift(u16),
    /// `generalise(...)`: rounded down.
    Generalise(Grain),
}

/// How coarse a value becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grain {
    /// `year`: of dates and times.
    Year,
    /// `month`: of dates and times.
    Month,
    /// `/N`: the network of an address; for IPv6 four times as many bits.
    Network(u8),
    /// `N`: a multiple of N, of numbers.
    Step(u32),
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MaskRule {
    /// The policy that it stands in.
    pub policy: String,
    /// Which columns.
    pub columns: ColumnPattern,
    /// How.
    pub operator: Operator,
    /// What may be asked about them.
    pub positions: Positions,
}

/// Why a rule was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a mask is `COLUMN`, `TABLE.COLUMN`, `SCHEMA.TABLE.COLUMN` or `label:NAME`, and perhaps an operator behind it: redact, null, \
     constant(TEXT), keep_first(N), keep_last(N), token, email, shift(DAYS), generalise(year | month | /N | N)"
)]
pub struct MaskError;

impl NamePattern {
    /// Whether the name fits.
    pub fn fits(&self, name: &str) -> bool {
        let Some((first, rest)) = self.parts.split_first() else { return false };
        let Some((last, middle)) = rest.split_last() else { return name == first };
        let Some(mut left) = name.strip_prefix(first.as_str()).and_then(|left| left.strip_suffix(last.as_str())) else {
            return false;
        };
        for part in middle {
            let Some(at) = left.find(part.as_str()) else { return false };
            left = left.get(at.saturating_add(part.len())..).unwrap_or_default();
        }
        true
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '-');
        match self.parts.as_slice() {
            [one] if one.is_empty() || !one.chars().all(plain) => write!(f, "\"{}\"", one.replace('"', "\"\"")),
            parts => f.write_str(&parts.join("*")),
        }
    }
}

impl fmt::Display for ColumnPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(label) => write!(f, "label:{label}"),
            Self::Named { schema, relation, column } => {
                if let Some(schema) = schema {
                    write!(f, "{schema}.")?;
                }
                if let Some(relation) = relation {
                    write!(f, "{relation}.")?;
                }
                write!(f, "{column}")
            }
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redact => f.write_str("redact"),
            Self::Null => f.write_str("null"),
            Self::Constant(text) => write!(f, "constant({text})"),
            Self::KeepFirst(count) => write!(f, "keep_first({count})"),
            Self::KeepLast(count) => write!(f, "keep_last({count})"),
            Self::Token => f.write_str("token"),
            Self::Email => f.write_str("email"),
            Self::Shift(days) => write!(f, "shift({days})"),
            Self::Generalise(Grain::Year) => f.write_str("generalise(year)"),
            Self::Generalise(Grain::Month) => f.write_str("generalise(month)"),
            Self::Generalise(Grain::Network(bits)) => write!(f, "generalise(/{bits})"),
            Self::Generalise(Grain::Step(step)) => write!(f, "generalise({step})"),
        }
    }
}

impl fmt::Display for MaskRule {
    /// As it is written in a policy, where the operator is left out when it is `redact`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.operator {
            Operator::Redact => self.columns.fmt(f),
            operator => write!(f, "{} {operator}", self.columns),
        }
    }
}

impl FromStr for ColumnPattern {
    type Err = MaskError;

    fn from_str(text: &str) -> Result<Self, MaskError> {
        if let Some(label) = text.strip_prefix("label:") {
            let good =
                !label.is_empty() && label.len() <= 128 && label.chars().all(|c| !c.is_control() && !c.is_whitespace());
            return good.then(|| Self::Label(label.to_owned())).ok_or(MaskError);
        }
        let mut names = names(text)?;
        let column = names.pop().ok_or(MaskError)?;
        let relation = names.pop();
        let schema = names.pop();
        if names.is_empty() { Ok(Self::Named { schema, relation, column }) } else { Err(MaskError) }
    }
}

impl FromStr for Operator {
    type Err = MaskError;

    fn from_str(text: &str) -> Result<Self, MaskError> {
        let (name, inside) = match text.split_once('(') {
            None => (text, None),
            Some((name, rest)) => (name, Some(rest.strip_suffix(')').ok_or(MaskError)?)),
        };
        let number = |text: &str| text.parse::<u32>().ok().filter(|number| number.to_string() == text && *number > 0);
        let small = |text: &str| number(text).and_then(|number| u8::try_from(number).ok()).ok_or(MaskError);
        Ok(match (name, inside) {
            ("redact", None) => Self::Redact,
            ("null", None) => Self::Null,
            ("token", None) => Self::Token,
            ("email", None) => Self::Email,
            ("constant", Some(text)) if text.len() <= 256 && !text.chars().any(char::is_control) => {
                Self::Constant(text.to_owned())
            }
            ("keep_first", Some(count)) => Self::KeepFirst(small(count)?),
            ("keep_last", Some(count)) => Self::KeepLast(small(count)?),
            ("shift", Some(days)) => {
                Self::Shift(number(days).and_then(|days| u16::try_from(days).ok()).ok_or(MaskError)?)
            }
            ("generalise", Some("year")) => Self::Generalise(Grain::Year),
            ("generalise", Some("month")) => Self::Generalise(Grain::Month),
            ("generalise", Some(grain)) => Self::Generalise(match grain.strip_prefix('/') {
                Some(bits) => Grain::Network(small(bits).ok().filter(|bits| *bits <= 32).ok_or(MaskError)?),
                None => Grain::Step(number(grain).ok_or(MaskError)?),
            }),
            _ => return Err(MaskError),
        })
    }
}

impl MaskRule {
    /// Reads the rules of one annotation: patterns with commas between, and perhaps an operator behind each.
    ///
    /// # Errors
    /// When one is not understood.
    pub fn read_all(policy: &str, positions: Positions, text: &str) -> Result<Vec<Self>, MaskError> {
        split(text, ',')?
            .into_iter()
            .map(|rule| {
                let words: Vec<&str> = split(rule.trim(), ' ')?.into_iter().filter(|word| !word.is_empty()).collect();
                let (columns, operator) = match words.as_slice() {
                    [columns] => (columns, "redact"),
                    [columns, operator] => (columns, *operator),
                    _ => return Err(MaskError),
                };
                let (columns, operator) = (columns.parse()?, operator.parse()?);
                Ok(Self { policy: policy.to_owned(), columns, operator, positions })
            })
            .collect()
    }
}

/// Cuts a text where `at` stands outside of double quotes and parentheses.
fn split(text: &str, at: char) -> Result<Vec<&str>, MaskError> {
    let (mut parts, mut begin, mut quoted, mut inside) = (Vec::new(), 0, false, false);
    for (index, c) in text.char_indices() {
        match c {
            '"' if !inside => quoted = !quoted,
            '(' if !quoted && !inside => inside = true,
            ')' if !quoted && inside => inside = false,
            c if c == at && !quoted && !inside => {
                parts.push(text.get(begin..index).unwrap_or_default());
                begin = index.saturating_add(c.len_utf8());
            }
            _ => {}
        }
    }
    parts.push(text.get(begin..).unwrap_or_default());
    if quoted || inside { Err(MaskError) } else { Ok(parts) }
}

/// Reads names with dots between.
fn names(text: &str) -> Result<Vec<NamePattern>, MaskError> {
    split(text, '.')?.into_iter().map(name).collect()
}

fn name(text: &str) -> Result<NamePattern, MaskError> {
    if let Some(quoted) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        let whole = quoted.replace("\"\"", "\"");
        let doubled = quoted.matches('"').count() == 2 * quoted.matches("\"\"").count();
        return if doubled && !whole.is_empty() { Ok(NamePattern { parts: vec![whole] }) } else { Err(MaskError) };
    }
    let good = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | '*');
    if text.is_empty() || text.len() > 256 || !text.chars().all(good) {
        return Err(MaskError);
    }
    Ok(NamePattern { parts: text.split('*').map(str::to_owned).collect() })
}

#[cfg(test)]
mod tests;
