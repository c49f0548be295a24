//! What code a query may run, by its words: functions, operators and types that do not come with the server.
//!
//! A word before a parenthesis is a call unless the grammar could not take it for one. Everything in doubt is a call.

use model::Verb;

use super::words::{is_type_word, is_word};
use crate::builtin;
use crate::lexer::{Kind, Lexer, Token};

/// The worst that running what `tokens` name comes to.
pub(super) fn worst(tokens: Lexer<'_>) -> Verb {
    let mut scan = Scan::default();
    let mut worst = Verb::Read;
    let mut rest = tokens;
    while let Some(Ok(token)) = rest.next() {
        worst = worst.max(scan.follow(&token, rest));
    }
    worst
}

/// Whether all of a list of types come with the server.
pub(super) fn only_types<'a>(mut tokens: impl Iterator<Item = Token<'a>>) -> bool {
    tokens.all(|token| {
        !is_name(&token)
            || is_type(&token)
            || token.is_any(&["WITH", "WITHOUT", "ZONE", "PRECISION", "VARYING", "SETOF"])
    })
}

/// A name with what qualifies it, and what stands before.
#[derive(Clone, Copy, Default)]
struct Chain<'a> {
    before: Option<Token<'a>>,
    schema: Option<Token<'a>>,
    parts: usize,
}

#[derive(Default)]
struct Scan<'a> {
    last: Option<Token<'a>>,
    second: Option<Token<'a>>,
    chain: Chain<'a>,
    depth: u32,
    /// Depths at which a type may stand behind AS or RETURNING.
    typed: u128,
    /// Depths at which names of columns may have types.
    columns: u128,
}

impl<'a> Scan<'a> {
    /// `rest` stands behind the token.
    fn follow(&mut self, token: &Token<'a>, rest: Lexer<'a>) -> Verb {
        let verb = match token.kind {
            Kind::Symbol(b'(') => self.open(rest),
            Kind::Symbol(b')') => {
                self.depth = self.depth.saturating_sub(1);
                Verb::Read
            }
            Kind::Word | Kind::Quoted => self.name(token),
            // Our parser, though no server, takes a parameter for a literal there.
            Kind::Text | Kind::OtherText | Kind::Parameter => self.literal(),
            Kind::Operator if !is_known(token.text) => Verb::Call,
            _ => Verb::Read,
        };
        self.second = self.last.replace(*token);
        verb
    }

    fn bit(&self) -> u128 {
        1_u128.checked_shl(self.depth).unwrap_or(0)
    }

    fn open(&mut self, rest: Lexer<'a>) -> Verb {
        let last = self.last;
        let name = last.filter(is_name);
        let before = if name.is_some() { self.chain.before } else { None };
        let is_as = |token: Option<Token<'_>>| token.is_some_and(|token| token.is("AS"));
        let verb = name.map_or(Verb::Read, |name| self.called(&name));
        self.depth = self.depth.saturating_add(1);
        let bit = self.bit();
        (self.typed, self.columns) = (self.typed & !bit, self.columns & !bit);
        if last.is_some_and(|last| last.is_any(&["CAST", "XMLSERIALIZE"]) || is_json(&last)) {
            self.typed |= bit;
        }
        if (is_as(last) || is_as(before)) && !begins_query(rest) {
            self.columns |= bit;
        }
        // Deeper than can be counted nothing is known.
        if bit == 0 { Verb::Call } else { verb }
    }

    /// The verb of the name that stands before a parenthesis.
    fn called(&self, name: &Token<'_>) -> Verb {
        let before = |words: &[&str]| self.chain.before.is_some_and(|before| before.is_any(words));
        let plain = self.chain.parts == 1;
        // Lists of columns.
        if before(&["INTO", "AS", "REFERENCES", "RECURSIVE", "WITH"]) {
            return Verb::Read;
        }
        let fits = match () {
            () if !plain => false,
            () if name.is("BY") => before(&["GROUP", "ORDER", "PARTITION"]),
            () if name.is("KEY") => before(&["PRIMARY", "FOREIGN"]),
            () if name.is("CONFLICT") => before(&["ON"]),
            () if name.is("INSERT") => before(&["THEN"]),
            () if name.is("MATERIALIZED") => before(&["AS", "NOT"]),
            () if name.is_any(&["SYSTEM", "BERNOULLI"]) => before(&["TABLESAMPLE"]),
            () if name.is_any(&["OVER", "FILTER"]) => self.chain.before.is_some_and(|before| before.is_symbol(b')')),
            () if name.kind == Kind::Word => is_word(name) || is_type_word(name),
            () => false,
        };
        if fits {
            return Verb::Read;
        }
        let schema = match (self.chain.parts, self.chain.schema) {
            (1, _) => None,
            (2, Some(schema)) => spelled(&schema),
            _ => return Verb::Call,
        };
        if self.chain.parts == 2 && schema.is_none() {
            return Verb::Call;
        }
        let verb = spelled(name).and_then(|name| builtin::called_in(schema.as_deref(), &name));
        verb.unwrap_or(Verb::Call)
    }

    fn name(&mut self, token: &Token<'a>) -> Verb {
        let dotted = self.last.is_some_and(|last| last.is_symbol(b'.'));
        self.chain = if dotted {
            Chain { schema: self.second.filter(is_name), parts: self.chain.parts + 1, ..self.chain }
        } else {
            Chain { before: self.last, schema: None, parts: 1 }
        };
        let changed = self.chain.before.is_some_and(|before| before.is_any(&["UPDATE", "ONLY"]));
        match () {
            // An UPDATE of this view is a SET, of a name that only running it tells.
            () if changed && spelled(token).is_none_or(|name| name == builtin::SETTINGS) => Verb::Unknown,
            () if self.is_type_next(dotted) && !self.is_server_type(token) => Verb::Call,
            () => Verb::Read,
        }
    }

    /// Whether the name that the chain has come to stands where a type does.
    fn is_type_next(&self, dotted: bool) -> bool {
        let Some(before) = self.chain.before else { return false };
        if before.is_symbol(b':') {
            return dotted || self.second.is_some_and(|second| second.is_symbol(b':'));
        }
        if self.typed & self.bit() != 0 && before.is_any(&["AS", "RETURNING"]) {
            return true;
        }
        let first = self.second.is_some_and(|second| second.is_symbol(b'(') || second.is_symbol(b','));
        self.columns & self.bit() != 0 && is_name(&before) && (dotted || first)
    }

    fn is_server_type(&self, token: &Token<'_>) -> bool {
        match self.chain.parts {
            // What stands behind it is looked at next.
            1 => is_type(token) || token.is("pg_catalog"),
            2 => {
                let schema = self.chain.schema.and_then(|schema| spelled(&schema));
                schema.is_some_and(|schema| schema == "pg_catalog") && is_type(token)
            }
            _ => false,
        }
    }

    /// A literal behind a name is a value of the type of that name.
    fn literal(&self) -> Verb {
        let Some(last) = self.last.filter(is_name) else {
            // `name(1) 'x'` is a value of that type too.
            return if self.last.is_some_and(|last| last.is_symbol(b')')) { Verb::Call } else { Verb::Read };
        };
        let operand = |token: &Token<'_>| match token.kind {
            Kind::Word => !is_word(token) || token.is("NOT"),
            Kind::Symbol(symbol) => matches!(symbol, b')' | b']'),
            Kind::Operator => false,
            _ => true,
        };
        let plain = self.chain.parts == 1;
        let fits = match () {
            () if plain && last.is_any(&["LIKE", "ILIKE", "ESCAPE", "UESCAPE"]) => {
                self.chain.before.is_some_and(|before| operand(&before))
            }
            () if plain && last.is_any(&["N", "ZONE", "PRECISION", "VARYING"]) => true,
            () if plain && last.kind == Kind::Word && is_word(&last) => true,
            () => self.is_server_type(&last) && !last.is("pg_catalog"),
        };
        if fits { Verb::Read } else { Verb::Call }
    }
}

fn is_name(token: &Token<'_>) -> bool {
    matches!(token.kind, Kind::Word | Kind::Quoted)
}

fn is_json(token: &Token<'_>) -> bool {
    token.kind == Kind::Word && token.text.get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case(b"json"))
}

fn is_type(token: &Token<'_>) -> bool {
    token.kind == Kind::Word && is_type_word(token) || spelled(token).is_some_and(|name| builtin::is_type(&name))
}

/// Whether what follows is a query and no list of columns.
fn begins_query(mut rest: Lexer<'_>) -> bool {
    let first = rest.next().and_then(Result::ok);
    first.is_some_and(|first| {
        first.is_symbol(b'(')
            || first.is_any(&["SELECT", "WITH", "VALUES", "TABLE", "INSERT", "UPDATE", "DELETE", "MERGE"])
    })
}

/// The name that a token spells; none where escapes may spell any.
fn spelled(token: &Token<'_>) -> Option<String> {
    let text = str::from_utf8(token.text).ok()?;
    match token.kind {
        Kind::Word => Some(text.to_ascii_lowercase()),
        Kind::Quoted => Some(text.strip_prefix('"')?.strip_suffix('"')?.replace("\"\"", "\"")),
        _ => None,
    }
}

/// Whether an operator comes with the server, and so do those that the server makes of a run of signs.
fn is_known(run: &[u8]) -> bool {
    let Ok(mut name) = str::from_utf8(run) else { return false };
    // Signs at the end belong to what follows, unless the operator could not be one of the standard's.
    if !name.contains(|sign| "~!@#^&|`?%".contains(sign)) {
        while name.len() > 1 && name.ends_with(['+', '-']) {
            name = name.get(..name.len() - 1).unwrap_or_default();
        }
    }
    matches!(name, "!=" | "=>") || builtin::is_operator(name)
}
