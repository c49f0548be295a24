//! Statements whose verb depends on words anywhere inside them: queries, `COPY`, `EXPLAIN`.

use model::{Certainty, Verb};

use super::calls;
use super::verb::{Reading, planned};
use crate::lexer::{Kind, Lexer, Token};

/// A query that starts with SELECT, VALUES, TABLE, WITH or a parenthesis, named `name` unless something worse is inside.
pub(super) fn query(tokens: Lexer<'_>, name: &'static str) -> Reading {
    let reading = worst(tokens, Reading::lexed(Verb::Read, name));
    if reading.verb == Verb::Read && only_literals(tokens) {
        return Reading { certainty: Certainty::Full, ..reading };
    }
    reading
}

/// The worst word among `tokens`, but at least `reading`. A column may bear the name of a keyword and is then mistaken
/// for it; quoting it helps.
pub(super) fn worst(tokens: Lexer<'_>, mut reading: Reading) -> Reading {
    let mut before: Option<Token<'_>> = None;
    let mut selects = Selects::default();
    for token in tokens.flatten() {
        selects.follow(&token);
        let after = |keywords: &[&str]| before.is_some_and(|before| before.is_any(keywords));
        let found = if token.is("INTO") && (selects.here() || !after(&["INSERT", "MERGE"])) {
            Some(("SELECT INTO", Verb::Ddl))
        } else if token.is("UPDATE") && after(&["FOR", "KEY"]) {
            Some(("SELECT FOR UPDATE", Verb::Write))
        } else if token.is("SHARE") && after(&["FOR", "KEY"]) {
            Some(("SELECT FOR SHARE", Verb::Write))
        } else {
            ["INSERT", "UPDATE", "DELETE", "MERGE"]
                .into_iter()
                .find(|name| token.is(name))
                .map(|name| (name, Verb::Write))
        };
        if let Some((name, verb)) = found.filter(|(_, verb)| *verb > reading.verb) {
            reading = Reading { name, verb, ..reading };
        }
        before = Some(token);
    }
    reading
}

/// At which levels of parentheses a SELECT has begun, to tell `SELECT 1 insert INTO t`, which makes a table, from
/// `INSERT INTO t SELECT 1`.
#[derive(Default)]
struct Selects {
    depth: u32,
    begun: u128,
}

impl Selects {
    fn follow(&mut self, token: &Token<'_>) {
        if token.is_symbol(b'(') {
            self.depth = self.depth.saturating_add(1);
            self.begun &= !self.bit();
        } else if token.is_symbol(b')') {
            self.depth = self.depth.saturating_sub(1);
        } else if token.is("SELECT") {
            self.begun |= self.bit();
        }
    }

    fn bit(&self) -> u128 {
        1_u128.checked_shl(self.depth).unwrap_or(0)
    }

    /// Deeper than can be counted, the worst is assumed.
    fn here(&self) -> bool {
        self.bit() == 0 || self.begun & self.bit() != 0
    }
}

/// Whether a query is `SELECT` of literals and nothing else, so that it provably has no effect. A minus sign belongs to
/// the literal only before a number: before anything else it is an operator, which a user may have defined.
fn only_literals(mut tokens: Lexer<'_>) -> bool {
    if !matches!(tokens.next(), Some(Ok(token)) if token.is("SELECT")) {
        return false;
    }
    loop {
        let Some(Ok(mut token)) = tokens.next() else { return false };
        if token.kind == Kind::Operator && token.text == b"-" {
            match tokens.next() {
                Some(Ok(next)) if next.kind == Kind::Number => token = next,
                _ => return false,
            }
        }
        let literal = matches!(token.kind, Kind::Number | Kind::Text) || token.is_any(&["NULL", "TRUE", "FALSE"]);
        if !literal {
            return false;
        }
        match tokens.next() {
            None => return true,
            Some(Ok(token)) if token.is_symbol(b',') => {}
            Some(_) => return false,
        }
    }
}

/// `COPY`, with `tokens` behind that word.
pub(super) fn copy(mut tokens: Lexer<'_>) -> Reading {
    let inside = tokens;
    let (mut depth, mut is_query, mut before) = (0_usize, None, None);
    let from = loop {
        let Some(Ok(token)) = tokens.next() else { return Reading::unknown("COPY") };
        is_query.get_or_insert(token.is_symbol(b'('));
        match token.kind {
            Kind::Symbol(b'(') => depth += 1,
            Kind::Symbol(b')') => depth = depth.saturating_sub(1),
            // Behind a dot it is a name: `s.from`.
            _ if depth > 0 || before == Some(Kind::Symbol(b'.')) => {}
            _ if token.is("FROM") => break true,
            _ if token.is("TO") => break false,
            _ => {}
        }
        before = Some(token.kind);
    };
    let Some(Ok(end)) = tokens.next() else { return Reading::unknown("COPY") };
    // The grammar takes STDIN and STDOUT for the same thing; the direction is in FROM and TO.
    let stream = end.is_any(&["STDIN", "STDOUT"]);
    match (from, is_query == Some(true)) {
        _ if end.is("PROGRAM") => Reading::unknown("COPY PROGRAM"),
        _ if matches!(end.kind, Kind::Text | Kind::OtherText) => Reading::unknown("COPY FILE"),
        (true, false) if stream => {
            tokens.by_ref().flatten().find(|token| token.is("WHERE"));
            let reading = worst(tokens, Reading::lexed(Verb::CopyIn, "COPY FROM STDIN"));
            Reading { calls: calls::worst(tokens), ..reading }
        }
        (false, false) if stream => Reading::lexed(Verb::CopyOut, "COPY TO STDOUT"),
        (false, true) if stream => {
            let reading = worst(inside, Reading::lexed(Verb::CopyOut, "COPY TO STDOUT"));
            let reading = Reading { calls: calls::worst(inside), ..reading };
            if reading.verb > Verb::CopyOut { Reading { name: "COPY QUERY", ..reading } } else { reading }
        }
        _ => Reading::unknown("COPY"),
    }
}

/// `EXPLAIN`, with `tokens` behind that word. With `ANALYZE` it runs what it explains.
pub(super) fn explain(mut tokens: Lexer<'_>) -> Reading {
    let mut runs = false;
    let mut inner = tokens;
    if is_options(tokens) {
        let mut before_runs = false;
        for token in tokens.by_ref().flatten() {
            let off = token.is_any(&["FALSE", "OFF"]) || token.text == b"0";
            if before_runs && !off {
                runs = true;
            }
            // A quoted name can be that of the option too.
            before_runs = token.kind == Kind::Quoted || token.is_any(&["ANALYZE", "ANALYSE"]);
            if token.is_symbol(b')') {
                break;
            }
        }
        inner = tokens;
    } else {
        while let Some(Ok(token)) = tokens.next() {
            match () {
                () if token.is_any(&["ANALYZE", "ANALYSE"]) => runs = true,
                () if token.is("VERBOSE") => {}
                () => break,
            }
            inner = tokens;
        }
    }
    let planned = planned(inner);
    let reading = if runs || planned.verb == Verb::Unknown { planned } else { Reading { verb: Verb::Read, ..planned } };
    Reading { name: if runs { "EXPLAIN ANALYZE" } else { "EXPLAIN" }, certainty: Certainty::Lexed, ..reading }
}

/// Whether the parenthesis behind EXPLAIN holds options, and not the query itself.
fn is_options(mut tokens: Lexer<'_>) -> bool {
    let (first, second) = (tokens.next(), tokens.next());
    let query = |token: &Token<'_>| token.is_symbol(b'(') || token.is_any(&["SELECT", "WITH", "VALUES", "TABLE"]);
    matches!((first, second), (Some(Ok(first)), Some(Ok(second))) if first.is_symbol(b'(') && !query(&second))
}
