//! Names a statement and finds the most consequential thing that it may do.

use model::{Certainty, Verb};

use super::query::{copy, explain, query, worst};
use super::table;
use super::{calls, guarded};
use crate::lexer::{Kind, Lexer, Token};
use crate::statement::SessionEffects;

/// What a statement was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) verb: Verb,
    pub(super) name: &'static str,
    pub(super) certainty: Certainty,
    pub(super) effects: SessionEffects,
    /// What running the functions, operators and types in it comes to.
    pub(super) calls: Verb,
}

impl Reading {
    /// A reading without effects on the session.
    pub(super) fn lexed(verb: Verb, name: &'static str) -> Self {
        Self { verb, name, certainty: Certainty::Lexed, effects: SessionEffects::default(), calls: Verb::Read }
    }

    /// The worst, under a name that says how far we came.
    pub(super) fn unknown(name: &'static str) -> Self {
        let effects = SessionEffects { prepares: true, transaction: true };
        Self { effects, ..Self::lexed(Verb::Unknown, name) }
    }
}

/// Reads one statement.
pub(super) fn read(tokens: Lexer<'_>) -> Reading {
    let mut rest = tokens;
    let Some(Ok(first)) = rest.next() else { return Reading::unknown("UNKNOWN") };
    match () {
        () if first.is("EXPLAIN") => explain(rest),
        () if first.is("COPY") => copy(rest),
        () if first.is("PREPARE") => prepare(rest),
        () if first.is("SET") => set(rest),
        () if first.is("RESET") => reset(rest),
        () if first.is("SHOW") => show(rest),
        () => planned(tokens),
    }
}

/// Reads a statement that is not itself a wrapper of another: everything that EXPLAIN and PREPARE can hold, so that
/// nothing here calls itself, however deep a text pretends to be.
pub(super) fn planned(tokens: Lexer<'_>) -> Reading {
    let opening = |token: &Token<'_>| token.is_symbol(b'(');
    let Some(first) = tokens.flatten().find(|token| !opening(token)) else { return Reading::unknown("UNKNOWN") };
    for name in ["SELECT", "VALUES", "TABLE"] {
        if first.is(name) {
            return calling(query(tokens, name), tokens);
        }
    }
    if first.is("WITH") {
        return calling(query(tokens, "SELECT"), tokens);
    }
    if first.is("DECLARE") {
        return calling(worst(tokens, Reading::lexed(Verb::Read, "DECLARE")), tokens);
    }
    match table::look_up(tokens) {
        Some((name, verb, effects)) => {
            calling(escalate(tokens, Reading { effects, ..Reading::lexed(verb, name) }), tokens)
        }
        None => Reading::unknown("UNKNOWN"),
    }
}

/// With what the code comes to that a statement runs. What is only made, such as a view, runs none.
fn calling(reading: Reading, tokens: Lexer<'_>) -> Reading {
    let behind = |begins: fn(&Token<'_>) -> bool| {
        let mut rest = tokens;
        rest.by_ref().flatten().find(begins);
        calls::worst(rest)
    };
    let calls = match reading.name {
        // Even when it is only explained, what it plans is not known here.
        "EXECUTE" => Verb::Call.max(calls::worst(tokens)),
        "CREATE INDEX" => behind(|token| token.is_symbol(b'(')),
        "CREATE TABLE" | "CREATE FOREIGN TABLE" | "CREATE MATERIALIZED VIEW" | "CREATE SCHEMA" => {
            behind(|token| token.is_any(&["AS", "VALUES", "INDEX"]))
        }
        "ALTER TABLE"
        | "ALTER FOREIGN TABLE"
        | "ALTER VIEW"
        | "ALTER MATERIALIZED VIEW"
        | "ALTER INDEX"
        | "ALTER SEQUENCE"
        | "ALTER DOMAIN" => calls::worst(tokens),
        _ if matches!(reading.verb, Verb::Read | Verb::Write | Verb::Call) || reading.name == "SELECT INTO" => {
            calls::worst(tokens)
        }
        _ => Verb::Read,
    };
    Reading { calls, ..reading }
}

/// Clauses inside a write or a change of structure that do more than that.
fn escalate(tokens: Lexer<'_>, reading: Reading) -> Reading {
    if matches!(reading.name, "INSERT" | "UPDATE" | "DELETE" | "MERGE") {
        return worst(tokens, reading);
    }
    if reading.verb != Verb::Ddl {
        return reading;
    }
    let create = reading.name.starts_with("CREATE");
    let alter = reading.name.starts_with("ALTER");
    let mut found = reading;
    let mut before: Option<Token<'_>> = None;
    for token in tokens.flatten() {
        let after = |keyword: &str| before.is_some_and(|before| before.is(keyword));
        let verb = match () {
            () if create && token.is("EXECUTE") && after("AS") => Verb::Call,
            // CREATE SCHEMA takes GRANT among the things to make.
            () if reading.name == "CREATE SCHEMA" && token.is("GRANT") => Verb::Grant,
            () if alter && token.is("TO") && after("OWNER") => Verb::Grant,
            () if alter && token.is("LEVEL") && after("ROW") => Verb::Grant,
            () => Verb::Ddl,
        };
        found.verb = found.verb.max(verb);
        before = Some(token);
    }
    found.effects.prepares |= found.verb == Verb::Call;
    found
}

/// `PREPARE`, with `tokens` behind that word: the verb of what is prepared.
fn prepare(mut tokens: Lexer<'_>) -> Reading {
    let effects = SessionEffects { prepares: true, transaction: false };
    let name = tokens.next();
    let mut rest = tokens;
    // TRANSACTION can also be the name of a statement.
    if let (Some(Ok(name)), Some(Ok(next))) = (name, tokens.next())
        && name.is("TRANSACTION")
        && matches!(next.kind, Kind::Text | Kind::OtherText)
    {
        let effects = SessionEffects { prepares: false, transaction: true };
        return Reading { effects, ..Reading::lexed(Verb::Transaction, "PREPARE TRANSACTION") };
    }
    let types = rest;
    if !rest.by_ref().flatten().any(|token| token.is("AS")) {
        return Reading::unknown("PREPARE");
    }
    let inner = planned(rest);
    let known = calls::only_types(types.flatten().take_while(|token| !token.is("AS")));
    let transaction = inner.effects.transaction;
    Reading {
        name: "PREPARE",
        certainty: Certainty::Lexed,
        effects: SessionEffects { transaction, ..effects },
        calls: if known { inner.calls } else { inner.calls.max(Verb::Call) },
        ..inner
    }
}

/// `SET`, with `tokens` behind that word.
fn set(mut tokens: Lexer<'_>) -> Reading {
    let mut setting = tokens;
    let mut next = tokens.next();
    if matches!(&next, Some(Ok(scope)) if scope.is_any(&["SESSION", "LOCAL"])) {
        setting = tokens;
        next = tokens.next();
    }
    let Some(Ok(variable)) = next else { return Reading::unknown("SET") };
    // Before `=` and TO such a word is a name.
    let assigned = matches!({ tokens }.next(), Some(Ok(next)) if next.is("TO") || next.text == b"=");
    match () {
        () if variable.is("ROLE") || names(&variable, "role") => Reading::lexed(Verb::SessionIdentity, "SET ROLE"),
        // SET SESSION AUTHORIZATION, SET LOCAL SESSION AUTHORIZATION, SET session_authorization TO.
        () if variable.is_any(&["AUTHORIZATION", "SESSION"]) || names(&variable, "session_authorization") => {
            Reading::lexed(Verb::SessionIdentity, "SET SESSION AUTHORIZATION")
        }
        () if variable.is("TRANSACTION") && !assigned => Reading::lexed(Verb::Session, "SET TRANSACTION"),
        () if variable.is("CHARACTERISTICS") && !assigned && !guarded::lets_write(tokens) => {
            Reading::lexed(Verb::Session, "SET")
        }
        () => Reading::lexed(guard(setting), "SET"),
    }
}

/// `RESET`, with `tokens` behind that word.
fn reset(tokens: Lexer<'_>) -> Reading {
    let mut rest = tokens;
    let Some(Ok(variable)) = rest.next() else { return Reading::unknown("RESET") };
    let behind = |keyword: &str| matches!({ rest }.next(), Some(Ok(next)) if next.is(keyword));
    match () {
        () if variable.is("ALL") => Reading::lexed(Verb::SessionIdentity, "RESET ALL"),
        () if names(&variable, "role") => Reading::lexed(Verb::SessionIdentity, "RESET ROLE"),
        () if behind("AUTHORIZATION") && variable.is("SESSION") || names(&variable, "session_authorization") => {
            Reading::lexed(Verb::SessionIdentity, "RESET SESSION AUTHORIZATION")
        }
        () => Reading::lexed(guard(tokens), "RESET"),
    }
}

/// The verb of changing the setting that `tokens` name.
fn guard(tokens: Lexer<'_>) -> Verb {
    if guarded::names_harmless(tokens) { Verb::Session } else { Verb::SessionGuard }
}

/// Whether a token names a setting, which PostgreSQL compares without regard to case even when it is quoted. What
/// `U&""` spells is not looked at, so it may be any name.
fn names(token: &Token<'_>, setting: &str) -> bool {
    match (token.kind, token.text) {
        (Kind::Word, text) => text.eq_ignore_ascii_case(setting.as_bytes()),
        (Kind::Quoted, [b'"', name @ .., b'"']) => name.eq_ignore_ascii_case(setting.as_bytes()),
        (Kind::Quoted, _) => true,
        _ => false,
    }
}

/// `SHOW`, with `tokens` behind that word: names and dots only.
fn show(tokens: Lexer<'_>) -> Reading {
    let mut tokens = tokens.flatten().peekable();
    let some = tokens.peek().is_some();
    let plain = tokens.all(|token| matches!(token.kind, Kind::Word | Kind::Quoted | Kind::Symbol(b'.')));
    if some && plain {
        return Reading { certainty: Certainty::Full, ..Reading::lexed(Verb::Read, "SHOW") };
    }
    Reading::lexed(Verb::Session, "SHOW")
}
