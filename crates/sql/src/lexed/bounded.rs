//! Whether every DELETE and UPDATE of a statement has a WHERE of its own. A certain yes needs one at the very depth of
//! parentheses at which the DELETE or UPDATE stands; whatever is in doubt is a no.

use model::Verb;

use super::verb::Reading;
use crate::lexer::{Lexer, Token};

/// Whether a statement may hold a write that no WHERE bounds. What code runs that cannot be seen here may be such a write;
/// functions that a query calls are not looked at.
pub(super) fn unbounded_write(tokens: Lexer<'_>, reading: &Reading) -> bool {
    match reading.verb {
        Verb::Call | Verb::Unknown => true,
        _ if reading.name == "TRUNCATE" => true,
        // It does not run them, but it shows what would run.
        Verb::Read => reading.name == "EXPLAIN" && Writes::of(tokens, reading),
        Verb::Write | Verb::Ddl => Writes::of(tokens, reading),
        // UPDATE and DELETE are words of a privilege here.
        _ => false,
    }
}

/// What must be known of a token that was passed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// `FOR`, `ON`, `OR`: reserved, so that no name is spelled so.
    Reserved,
    /// `DO`, `THEN`: in front of the UPDATE of ON CONFLICT and MERGE.
    Branch,
    No,
    Key,
    /// `BEFORE`, `AFTER`, `OF`.
    Event,
    As,
    Dot,
    Other,
}

impl Last {
    fn of(token: &Token<'_>) -> Self {
        match () {
            () if token.is_any(&["FOR", "ON", "OR"]) => Self::Reserved,
            () if token.is_any(&["DO", "THEN"]) => Self::Branch,
            () if token.is_any(&["BEFORE", "AFTER", "OF"]) => Self::Event,
            () if token.is("NO") => Self::No,
            () if token.is("KEY") => Self::Key,
            () if token.is("AS") => Self::As,
            () if token.is_symbol(b'.') => Self::Dot,
            () => Self::Other,
        }
    }
}

/// Follows the writes of a statement that have no WHERE yet, one bit for each depth of parentheses.
struct Writes {
    name: &'static str,
    depth: u32,
    open: u128,
    unbounded: bool,
    /// The tokens before this one, the nearest first.
    before: [Last; 3],
}

impl Writes {
    fn of(tokens: Lexer<'_>, reading: &Reading) -> bool {
        let before = [Last::Other; 3];
        let mut writes = Self { name: reading.name, depth: 0, open: 0, unbounded: false, before };
        let mut rest = tokens;
        while let Some(Ok(token)) = rest.next() {
            writes.follow(&token, rest);
        }
        writes.unbounded || writes.open != 0
    }

    /// `rest` stands behind the token.
    fn follow(&mut self, token: &Token<'_>, rest: Lexer<'_>) {
        let [first, second, _] = self.before;
        match () {
            () if token.is_symbol(b'(') => self.depth = self.depth.saturating_add(1),
            () if token.is_symbol(b')') => {
                self.end();
                self.depth = self.depth.saturating_sub(1);
            }
            () if token.is_symbol(b';') => self.end(),
            // Behind AS and a dot it is a name.
            () if token.is("WHERE") && !matches!(first, Last::As | Last::Dot) => self.open &= !self.bit(),
            () if self.begins(token, rest) => self.begin(),
            () => {}
        }
        self.before = [Last::of(token), first, second];
    }

    /// A write begins. Deeper than can be counted, no WHERE will be found for it.
    fn begin(&mut self) {
        self.end();
        self.unbounded |= self.bit() == 0;
        self.open |= self.bit();
    }

    /// What began at this depth is over.
    fn end(&mut self) {
        self.unbounded |= self.open & self.bit() != 0;
        self.open &= !self.bit();
    }

    fn bit(&self) -> u128 {
        1_u128.checked_shl(self.depth).unwrap_or(0)
    }

    /// Whether a DELETE or UPDATE begins with this token. A column of that name may be mistaken for one; quoting it helps.
    fn begins(&self, token: &Token<'_>, rest: Lexer<'_>) -> bool {
        let next_is = |keyword: &str| matches!({ rest }.next(), Some(Ok(next)) if next.is(keyword));
        if token.is("DELETE") {
            return self.before[0] != Last::Dot && next_is("FROM");
        }
        let elsewhere = match self.before {
            [Last::Reserved | Last::Dot, ..] => true,
            // FOR NO KEY UPDATE.
            [Last::Key, Last::No, Last::Reserved] => true,
            [Last::Event, ..] => self.name == "CREATE TRIGGER",
            // The conflict or the join bounds it. In a rule, DO may begin an UPDATE of a table that is named `set`.
            [Last::Branch, ..] => next_is("SET") && self.name != "CREATE RULE",
            _ => false,
        };
        token.is("UPDATE") && !elsewhere
    }
}

#[cfg(test)]
mod tests;
