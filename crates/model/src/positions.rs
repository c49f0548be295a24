//! What may be asked about masked columns. It stands in policies as `@positions("equality, computed")`.

use std::fmt;
use std::str::FromStr;

use crate::lineage::Position;

/// The uses of masked columns that a policy allows, though each answer tells something of the values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Positions(u8);

/// Why a list of positions was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "positions are `deny`, `allow-equality`, `allow`, or some of `equality`, `predicate`, `shape`, `computed` with commas between"
)]
pub struct PositionsError;

/// The words for them. Who may make any condition may make one of equality.
const WORDS: [(&str, Positions); 4] =
    [("equality", Positions(1)), ("predicate", Positions(2 | 1)), ("shape", Positions(4)), ("computed", Positions(8))];

impl Positions {
    /// No use of them.
    pub const NONE: Self = Self(0);
    /// Whether they equal a constant.
    pub const EQUALITY: Self = Self(1);
    /// Anything, but for writing them elsewhere.
    pub const ALL: Self = Self(15);

    /// Whether a use is among them. What would take a value, or what a policy knows its column by, elsewhere never is.
    pub fn allow(self, position: Position) -> bool {
        let needed = match position {
            Position::Equality => 1,
            Position::Predicate => 2,
            Position::Shape => 4,
            Position::Computed => 8,
            Position::Write | Position::Renamed | Position::Labelled | Position::Shadowed => return false,
        };
        self.0 & needed != 0
    }

    /// What both allow.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl fmt::Display for Positions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inside = WORDS.iter().filter(|(_, one)| self.and(*one) == *one).map(|(word, _)| *word);
        match *self {
            Self::NONE => f.write_str("nothing"),
            Self::ALL => f.write_str("anything"),
            _ => f.write_str(&inside.collect::<Vec<_>>().join(", ")),
        }
    }
}

impl FromStr for Positions {
    type Err = PositionsError;

    fn from_str(text: &str) -> Result<Self, PositionsError> {
        match text {
            "deny" => return Ok(Self::NONE),
            "allow-equality" => return Ok(Self::EQUALITY),
            "allow" => return Ok(Self::ALL),
            _ => {}
        }
        let mut all = Self::NONE;
        for part in text.split(',') {
            let (_, one) = WORDS.iter().find(|(word, _)| *word == part.trim()).ok_or(PositionsError)?;
            all = Self(all.0 | one.0);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Position; 8] = [
        Position::Equality,
        Position::Predicate,
        Position::Shape,
        Position::Computed,
        Position::Write,
        Position::Renamed,
        Position::Labelled,
        Position::Shadowed,
    ];

    #[test]
    fn words_allow_what_they_say() {
        for (text, allowed, shown) in [
            ("deny", "", "nothing"),
            ("allow-equality", "E", "equality"),
            ("allow", "EPSC", "anything"),
            ("equality", "E", "equality"),
            ("predicate", "EP", "equality, predicate"),
            ("computed,  shape", "SC", "shape, computed"),
            ("predicate, shape, computed", "EPSC", "anything"),
        ] {
            let positions: Positions = text.parse().unwrap();
            let found = ALL.iter().filter(|one| positions.allow(**one)).map(|one| format!("{one:?}").remove(0));
            assert_eq!(found.collect::<String>(), allowed, "{text}");
            assert_eq!(positions.to_string(), shown);
        }
        for text in ["", "write", "Equality", "deny, equality", "equality,", "allow,shape"] {
            assert_eq!(text.parse::<Positions>(), Err(PositionsError), "{text}");
        }
    }

    #[test]
    fn of_two_what_both_allow_holds() {
        let and = |one: &str, other: &str| one.parse::<Positions>().unwrap().and(other.parse().unwrap()).to_string();
        assert_eq!(and("predicate", "equality, computed"), "equality");
        assert_eq!(and("shape", "computed"), "nothing");
        assert_eq!(and("allow", "shape"), "shape");
    }
}
