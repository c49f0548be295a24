//! Cuts a text into statements where the server's grammar would.

use std::ops::Range;

use super::bounded::unbounded_write;
use super::verb;
use crate::lexer::{Lexer, Token, is_space};
use crate::statement::Statement;

/// A text holds more statements than its caller allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many statements in one message")]
pub struct TooManyStatements;

/// The statements of `text`, without the empty ones. A text that cannot be lexed is one opaque statement.
///
/// # Errors
/// When there are more than `maximum`.
pub fn split(
    text: &[u8],
    standard_conforming_strings: bool,
    maximum: usize,
) -> Result<Vec<Statement>, TooManyStatements> {
    let mut statements = Vec::new();
    let mut cutter = Cutter::default();
    let mut start = 0;
    // A NUL stands in no token, but in strings and comments it would slip through.
    if memchr::memchr(0, text).is_some() {
        return Ok(vec![Statement::opaque(text)]);
    }
    for token in Lexer::new(text, standard_conforming_strings) {
        let Ok(token) = token else { return Ok(vec![Statement::opaque(text)]) };
        match cutter.token(&token) {
            Cut::Nowhere => {}
            Cut::Impossible => return Ok(vec![Statement::opaque(text)]),
            Cut::Here { empty } => {
                if !empty {
                    push(&mut statements, text, start..token.start, standard_conforming_strings, maximum)?;
                }
                start = token.start + 1;
                cutter = Cutter::default();
            }
        }
    }
    match cutter.end() {
        Cut::Impossible => return Ok(vec![Statement::opaque(text)]),
        Cut::Here { empty: false } => {
            push(&mut statements, text, start..text.len(), standard_conforming_strings, maximum)?;
        }
        Cut::Here { empty: true } | Cut::Nowhere => {}
    }
    Ok(statements)
}

/// `split` for when the setting is in doubt, as while the answer to a `SET` is still outstanding: a text that reads
/// differently with and without backslash escapes is opaque.
///
/// # Errors
/// When there are more than `maximum` statements.
pub fn split_either(text: &[u8], maximum: usize) -> Result<Vec<Statement>, TooManyStatements> {
    let statements = split(text, true, maximum)?;
    if split(text, false, maximum)? == statements { Ok(statements) } else { Ok(vec![Statement::opaque(text)]) }
}

fn push(
    statements: &mut Vec<Statement>,
    text: &[u8],
    range: Range<usize>,
    standard_conforming_strings: bool,
    maximum: usize,
) -> Result<(), TooManyStatements> {
    if statements.len() >= maximum {
        return Err(TooManyStatements);
    }
    let piece = text.get(range.clone()).unwrap_or_default();
    let blank = |byte: &&u8| is_space(**byte);
    let range =
        range.start + piece.iter().take_while(blank).count()..range.end - piece.iter().rev().take_while(blank).count();
    let piece = text.get(range.clone()).unwrap_or_default();
    let tokens = Lexer::new(piece, standard_conforming_strings);
    let reading = verb::read(tokens);
    statements.push(Statement {
        range,
        verb: reading.verb.max(reading.calls),
        name: reading.name,
        certainty: reading.certainty,
        unbounded_write: unbounded_write(tokens, &reading),
        effects: reading.effects,
        reading: None,
        step: None,
    });
    Ok(())
}

/// Whether a statement ends at a token.
enum Cut {
    Nowhere,
    /// The server would call the text a syntax error; it is not worth guessing what else it could be.
    Impossible,
    Here {
        empty: bool,
    },
}

/// Follows one statement. Semicolons inside it occur in two places of PostgreSQL's grammar only: between the actions of
/// `CREATE RULE`, in parentheses, and in the `BEGIN ATOMIC ... END` body of `CREATE FUNCTION` and `CREATE PROCEDURE`.
#[derive(Default)]
struct Cutter {
    head: Head,
    depth: usize,
    body: bool,
    before: Before,
}

impl Cutter {
    fn token(&mut self, token: &Token<'_>) -> Cut {
        let before = std::mem::take(&mut self.before);
        if token.is_symbol(b';') {
            return self.semicolon();
        }
        self.head = self.head.then(token);
        if token.is_symbol(b'(') {
            self.depth += 1;
        } else if token.is_symbol(b')') {
            let Some(depth) = self.depth.checked_sub(1) else { return Cut::Impossible };
            self.depth = depth;
        } else if self.depth == 0 && self.head == Head::Routine {
            self.body(token, before);
        }
        Cut::Nowhere
    }

    fn semicolon(&mut self) -> Cut {
        match (self.depth, self.body) {
            (0, false) => Cut::Here { empty: self.head == Head::Start },
            (0, true) => {
                self.before = Before::StatementOfBody;
                Cut::Nowhere
            }
            _ if self.head == Head::Rule => Cut::Nowhere,
            _ => Cut::Impossible,
        }
    }

    /// psql counts `CASE` and `END` in a body, which a column label `case` deceives. The grammar is simpler: a statement
    /// of the body never begins with `END`, and the `END` of a `CASE` never stands at the beginning of a statement. A
    /// body inside a body is not followed; the server parses but refuses it, and cutting too early hides nothing.
    fn body(&mut self, token: &Token<'_>, before: Before) {
        match before {
            _ if token.is("BEGIN") => self.before = Before::Atomic,
            Before::Atomic if token.is("ATOMIC") && !self.body => {
                self.body = true;
                self.before = Before::StatementOfBody;
            }
            Before::StatementOfBody if token.is("END") => {
                self.body = false;
                // Nothing follows a body but the end of the statement.
                self.head = Head::Other;
            }
            _ => {}
        }
    }

    fn end(&self) -> Cut {
        if self.depth > 0 || self.body { Cut::Impossible } else { Cut::Here { empty: self.head == Head::Start } }
    }
}

/// Where the next token stands.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Before {
    #[default]
    Anything,
    /// Behind BEGIN.
    Atomic,
    /// At the beginning of a statement inside a body.
    StatementOfBody,
}

/// The first words of a statement.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Head {
    #[default]
    Start,
    Create,
    CreateOr,
    CreateOrReplace,
    Routine,
    Rule,
    Other,
}

impl Head {
    fn then(self, token: &Token<'_>) -> Self {
        match self {
            Self::Start if token.is("CREATE") => Self::Create,
            Self::Create if token.is("OR") => Self::CreateOr,
            Self::CreateOr if token.is("REPLACE") => Self::CreateOrReplace,
            Self::Create | Self::CreateOrReplace if token.is_any(&["FUNCTION", "PROCEDURE"]) => Self::Routine,
            Self::Create | Self::CreateOrReplace if token.is("RULE") => Self::Rule,
            Self::Routine | Self::Rule => self,
            _ => Self::Other,
        }
    }
}
