//! What policies may ask about in `context`: one table, from which the schema, the reference page, the values of a decision
//! and the key of the cache are all made. A value that no policy mentions is neither looked at nor compared.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::LazyLock;

use cedar_policy::RestrictedExpression;
use model::{Action, Certainty, Phase, Reading, Verb};
use time::macros::format_description;

use crate::ask::Question;
use crate::objects;
use crate::units;
use crate::words::{Kind, uid};

/// One value in `context`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    Approvals,
    Granted,
    Account,
    Database,
    Source,
    Client,
    Time,
    Hour,
    Weekday,
    Purpose,
    BreakGlass,
    Verb,
    Name,
    Certainty,
    Phase,
    UnboundedWrite,
    InTransaction,
    Bytes,
    Parameters,
    Understood,
    Resolved,
    Verbs,
    Relations,
    Functions,
    Limit,
    Fingerprint,
}

/// What is to be known of one.
pub(crate) struct About {
    pub(crate) attribute: Attribute,
    pub(crate) name: &'static str,
    /// Its type in Cedar.
    pub(crate) kind: &'static str,
    /// Whether it stands in `context.statement`, which commands alone have.
    pub(crate) of_statement: bool,
    /// Whether it may be missing.
    pub(crate) optional: bool,
    pub(crate) meaning: &'static str,
}

const fn always(attribute: Attribute, name: &'static str, kind: &'static str, meaning: &'static str) -> About {
    About { attribute, name, kind, of_statement: false, optional: false, meaning }
}

const fn maybe(attribute: Attribute, name: &'static str, kind: &'static str, meaning: &'static str) -> About {
    About { optional: true, ..always(attribute, name, kind, meaning) }
}

const fn statement(attribute: Attribute, name: &'static str, kind: &'static str, meaning: &'static str) -> About {
    About { of_statement: true, ..always(attribute, name, kind, meaning) }
}

const fn found(attribute: Attribute, name: &'static str, kind: &'static str, meaning: &'static str) -> About {
    About { optional: true, ..statement(attribute, name, kind, meaning) }
}

/// All of them, in the order of `Attribute`.
pub(crate) const ATTRIBUTES: [About; 26] = [
    always(Attribute::Approvals, "approvals", "Set<String>", "what humans have agreed to, for exactly this"),
    always(Attribute::Granted, "granted", "Set<String>", "what humans have agreed to for access that lasts now"),
    always(Attribute::Account, "account", "String", "the upstream account"),
    maybe(Attribute::Database, "database", "String", "the database or its like, as the client named it"),
    always(Attribute::Source, "source", "ipaddr", "the client's address"),
    maybe(Attribute::Client, "client", "String", "what the client program calls itself: it proves nothing"),
    always(Attribute::Time, "time", "datetime", "the time, in whole seconds, UTC"),
    always(Attribute::Hour, "hour", "Long", "the hour of the day, 0 to 23, UTC"),
    always(Attribute::Weekday, "weekday", "Long", "the day of the week, 1 = Monday to 7 = Sunday, UTC"),
    maybe(Attribute::Purpose, "purpose", "String", "what access was asked for, where it was asked for"),
    always(Attribute::BreakGlass, "break_glass", "Bool", "the glass is broken for this person on this resource"),
    statement(Attribute::Verb, "verb", "Verb", "the most consequential effect; the same word as the action"),
    statement(Attribute::Name, "name", "String", "the protocol's own word: `UPDATE`, `FunctionCall`"),
    statement(Attribute::Certainty, "certainty", "Certainty", "how sure the reading is"),
    statement(Attribute::Phase, "phase", "Phase", "prepared, bound to parameters, or run"),
    statement(Attribute::UnboundedWrite, "unbounded_write", "Bool", "a DELETE or UPDATE not proven bounded by a WHERE"),
    statement(Attribute::InTransaction, "in_transaction", "Bool", "a transaction is open, or may be"),
    statement(Attribute::Bytes, "bytes", "Long", "the length of its text in bytes"),
    statement(Attribute::Parameters, "parameters", "Long", "how many parameters are bound"),
    statement(
        Attribute::Understood,
        "understood",
        "Bool",
        "the grammar knows all of it; without that it names nothing below",
    ),
    statement(Attribute::Resolved, "resolved", "Bool", "its names were looked up in what the database holds"),
    statement(Attribute::Verbs, "verbs", "Set<Verb>", "all that it does"),
    statement(Attribute::Relations, "relations", "Set<String>", "relations that it names: `orders`, `public.orders`"),
    statement(Attribute::Functions, "functions", "Set<String>", "functions that it names, written likewise"),
    found(Attribute::Limit, "limit", "Long", "the rows that its own LIMIT allows"),
    found(Attribute::Fingerprint, "fingerprint", "String", "a short name of what it does, whatever its constants are"),
];

/// A value, as the key of the cache and Cedar both take it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Text(Cow<'a, str>),
    Texts(Cow<'a, [String]>),
    Number(i64),
    Flag(bool),
    Address(IpAddr),
    /// Whole seconds since 1970 UTC.
    Moment(u64),
    Word(Kind, &'static str),
    Words(Kind, Vec<&'static str>),
}

impl Attribute {
    /// Its value for a question; `None` where it may be missing, and for statements where there is none.
    pub(crate) fn of<'a>(self, question: &Question<'a>) -> Option<Value<'a>> {
        let who = question.who;
        let number = |length: usize| Value::Number(i64::try_from(length).unwrap_or(i64::MAX));
        let now = || units::utc(question.now_us);
        let borrowed = |text: &'a str| Value::Text(Cow::Borrowed(text));
        let action = question.action;
        Some(match self {
            Self::Approvals => Value::Texts(Cow::Borrowed(question.approvals)),
            Self::Granted => Value::Texts(Cow::Borrowed(question.granted)),
            Self::Account => borrowed(&who.account.name),
            Self::Database => borrowed(who.database?),
            Self::Source => Value::Address(who.client.to_canonical()),
            Self::Client => borrowed(who.program?),
            Self::Time => Value::Moment(question.now_us / 1_000_000),
            Self::Hour => Value::Number(i64::from(now().hour())),
            Self::Weekday => Value::Number(i64::from(now().weekday().number_from_monday())),
            Self::Purpose => borrowed(question.purpose?),
            Self::BreakGlass => Value::Flag(question.break_glass),
            Self::Verb => Value::Word(Kind::Verb, action?.verb.as_str()),
            Self::Name => borrowed(action?.name),
            Self::Certainty => Value::Word(Kind::Certainty, certainty(action?.certainty)),
            Self::Phase => Value::Word(Kind::Phase, phase(action?.phase)),
            Self::UnboundedWrite => Value::Flag(action?.facts.unbounded_write),
            Self::InTransaction => Value::Flag(action?.facts.in_transaction),
            Self::Bytes => number(action?.text.len()),
            Self::Parameters => number(action?.parameters.len()),
            Self::Understood => Value::Flag(understood(action?)),
            Self::Resolved => Value::Flag(action?.facts.resolved),
            Self::Verbs => Value::Words(Kind::Verb, verbs(action?)),
            Self::Relations => Value::Texts(Cow::Owned(objects::named(&read(action?).relations, question.sought))),
            Self::Functions => Value::Texts(Cow::Owned(objects::named(&read(action?).functions, question.sought))),
            Self::Limit => Value::Number(i64::try_from(action?.reading.as_ref()?.limit?).unwrap_or(i64::MAX)),
            Self::Fingerprint => borrowed(action?.reading.as_ref()?.fingerprint.as_deref()?),
        })
    }
}

impl Value<'_> {
    /// For Cedar.
    pub(crate) fn expression(&self) -> RestrictedExpression {
        match self {
            Self::Text(text) => RestrictedExpression::new_string(text.clone().into_owned()),
            Self::Texts(texts) => {
                RestrictedExpression::new_set(texts.iter().cloned().map(RestrictedExpression::new_string))
            }
            Self::Number(number) => RestrictedExpression::new_long(*number),
            Self::Flag(flag) => RestrictedExpression::new_bool(*flag),
            Self::Address(address) => RestrictedExpression::new_ip(address.to_string()),
            Self::Moment(seconds) => RestrictedExpression::new_datetime(written(*seconds)),
            Self::Word(kind, word) => entity(*kind, word),
            Self::Words(kind, words) => RestrictedExpression::new_set(words.iter().map(|word| entity(*kind, word))),
        }
    }
}

fn entity(kind: Kind, word: &str) -> RestrictedExpression {
    RestrictedExpression::new_entity_uid(uid(kind, word))
}

/// What was read of a command; nothing of one that is not understood.
fn read(action: &Action) -> &Reading {
    static NOTHING: LazyLock<Reading> = LazyLock::new(Reading::default);
    action.reading.as_deref().unwrap_or(&NOTHING)
}

/// Whether all that it names is known: by the grammar, or because it is one of the few that name nothing.
fn understood(action: &Action) -> bool {
    action.reading.is_some() || !action.facts.names
}

/// All that a command does: its most consequential effect is among that, whatever the grammar found.
fn verbs(action: &Action) -> Vec<&'static str> {
    let found = &read(action).verbs;
    let all = Verb::ALL.into_iter().filter(|verb| *verb == action.verb || found.contains(verb));
    all.map(Verb::as_str).collect()
}

/// A time as Cedar's `datetime` takes it.
fn written(seconds: u64) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    units::utc(seconds.saturating_mul(1_000_000)).format(format).unwrap_or_default()
}

/// The word of a certainty.
pub(crate) fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Opaque => "opaque",
        Certainty::Lexed => "lexed",
        Certainty::Full => "full",
    }
}

/// The word of a phase.
pub(crate) fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Prepare => "prepare",
        Phase::Bind => "bind",
        Phase::Run => "run",
    }
}

/// All words of the kinds that have a closed list.
pub(crate) fn closed() -> [(Kind, Vec<&'static str>); 3] {
    [
        (Kind::Verb, Verb::ALL.map(Verb::as_str).to_vec()),
        (Kind::Certainty, [Certainty::Opaque, Certainty::Lexed, Certainty::Full].map(certainty).to_vec()),
        (Kind::Phase, [Phase::Prepare, Phase::Bind, Phase::Run].map(phase).to_vec()),
    ]
}
