//! The closed grammar of annotations: what stands before a policy, and nothing else may.

use std::time::Duration;

use cedar_policy::Effect;
use model::{MaskRule, Positions, Recording, Requirement, Wait};

use crate::units;

/// What is to be known of an annotation.
pub(crate) struct About {
    pub(crate) name: &'static str,
    /// The effect it belongs to; `None` = both.
    pub(crate) on: Option<Effect>,
    /// Its value, for people.
    pub(crate) value: &'static str,
    pub(crate) meaning: &'static str,
    /// How several of them combine, when several policies decide.
    pub(crate) several: &'static str,
}

/// All of them.
pub(crate) const ANNOTATIONS: [About; 15] = [
    About {
        name: "id",
        on: None,
        value: "1 to 400 characters",
        meaning: "names the policy in answers and records; needed, and each one once",
        several: "all are named, in order",
    },
    About {
        name: "approve",
        on: Some(Effect::Forbid),
        value: "`group:NAME`, `N of group:NAME`, `person:ISSUER/SUBJECT`",
        meaning: "who can lift it; needs `unless { context.approvals.contains(\"the same text\") }`",
        several: "all must be met",
    },
    About {
        name: "expires",
        on: Some(Effect::Forbid),
        value: "`30s`, `15m`, `8h`; at most `30d`",
        meaning: "how long an approval is waited for; 15 minutes without it",
        several: "the shortest",
    },
    About {
        name: "wait",
        on: Some(Effect::Forbid),
        value: "`session`, `resubmit`",
        meaning: "it waits in the live session (without it), or is refused and passes once when sent again",
        several: "resubmit wins",
    },
    About {
        name: "hold_in_transaction",
        on: Some(Effect::Forbid),
        value: "`2m`, `refuse`",
        meaning: "how long it may wait in the session with a transaction open; 2 minutes without it",
        several: "refuse wins, else the shortest",
    },
    About {
        name: "message",
        on: Some(Effect::Forbid),
        value: "1 to 300 characters",
        meaning: "what the client is told",
        several: "all, by order of id",
    },
    About {
        name: "observe",
        on: Some(Effect::Forbid),
        value: "`2026-12-31`",
        meaning: "until that day (UTC) it is recorded and shown what it would have decided, and nothing else; needs a scope that names resources",
        several: "each by itself",
    },
    About {
        name: "mask",
        on: None,
        value: "`COLUMN`, `TABLE.COLUMN`, `SCHEMA.TABLE.COLUMN` or `label:NAME`, perhaps with an operator, with commas between",
        meaning: "columns whose values are masked, and how; before a permit, or a forbid of `reveal`",
        several: "the union",
    },
    About {
        name: "positions",
        on: None,
        value: "some of `equality`, `predicate`, `shape`, `computed` with commas between, or `deny`, `allow-equality`, `allow`",
        meaning: "what may be asked about the columns of its @mask without seeing them; nothing without it",
        several: "each for its own @mask",
    },
    About {
        name: "record",
        on: Some(Effect::Permit),
        value: "`full`, `64KiB`",
        meaning: "how much of a result is recorded, where that is more than the resource wants",
        several: "the most",
    },
    About {
        name: "max_rows",
        on: Some(Effect::Permit),
        value: "a number",
        meaning: "rows a result may have",
        several: "the fewest",
    },
    About {
        name: "rate",
        on: Some(Effect::Permit),
        value: "`10000 rows/1h`; at most `30d`",
        meaning: "rows that one person may be shown on one resource in any window of that length, over all sessions",
        several: "each counts for itself",
    },
    About {
        name: "max_bytes",
        on: Some(Effect::Permit),
        value: "`10MiB`",
        meaning: "bytes a result may have",
        several: "the fewest",
    },
    About {
        name: "statement_timeout",
        on: Some(Effect::Permit),
        value: "`30s`",
        meaning: "how long a command may run",
        several: "the shortest",
    },
    About {
        name: "read_only",
        on: Some(Effect::Permit),
        value: "`true`",
        meaning: "only what is proven to read, and session and transaction commands",
        several: "one is enough",
    },
];

/// What the annotations of one policy say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) approve: Option<Requirement>,
    pub(crate) expires: Option<Duration>,
    pub(crate) wait: Option<Wait>,
    pub(crate) in_transaction: Option<InTransaction>,
    pub(crate) message: Option<String>,
    /// Microseconds since 1970 UTC from which it is in force.
    pub(crate) observe: Option<u64>,
    pub(crate) mask: Vec<MaskRule>,
    pub(crate) positions: Option<Positions>,
    pub(crate) record: Option<Recording>,
    pub(crate) max_rows: Option<u64>,
    /// Rows, in that time.
    pub(crate) rate: Option<(u64, Duration)>,
    pub(crate) max_bytes: Option<u64>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) read_only: bool,
}

/// What a hold does while a transaction is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InTransaction {
    /// It waits at most so long.
    AtMost(Duration),
    /// It does not wait.
    Refuse,
}

/// What is wrong with an annotation, and what to do.
pub(crate) type Wrong = (String, String);

/// The longest that an approval may be waited for, or rows be counted.
const LONGEST: Duration = Duration::from_secs(30 * 86400);

/// Reads the annotations of a policy, but for its id.
pub(crate) fn read<'a>(effect: Effect, found: impl Iterator<Item = (&'a str, &'a str)>) -> (Terms, Vec<Wrong>) {
    let (mut terms, mut wrong) = (Terms::default(), Vec::new());
    for (name, value) in found {
        let Some(about) = ANNOTATIONS.iter().find(|about| about.name == name) else {
            wrong.push((format!("there is no annotation @{name}"), unknown(name)));
            continue;
        };
        if about.on.is_some_and(|on| on != effect) {
            let (right, this) = match effect {
                Effect::Permit => ("forbid", "permit"),
                Effect::Forbid => ("permit", "forbid"),
            };
            let remedy = format!("Write it before a {right}, or leave it out.");
            wrong.push((format!("@{name} belongs to a {right}, and this is a {this}"), remedy));
        } else if terms.take(name, value).is_none() {
            let remedy = format!("It takes {}.", about.value);
            wrong.push((format!("@{name}({value:?}) is not understood"), remedy));
        }
    }
    for rule in &mut terms.mask {
        rule.positions = terms.positions.unwrap_or_default();
    }
    if terms.approve.is_none() {
        let alone = [("expires", terms.expires.is_some()), ("wait", terms.wait.is_some())];
        for (name, there) in alone.into_iter().chain([("hold_in_transaction", terms.in_transaction.is_some())]) {
            if there {
                let remedy = "Add @approve(\"...\"), or leave it out.".to_owned();
                wrong.push((format!("@{name} says how an approval is waited for, and there is no @approve"), remedy));
            }
        }
    }
    (terms, wrong)
}

impl Terms {
    /// `None` when the value is not understood.
    fn take(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "approve" => self.approve = Some(value.parse().ok()?),
            "expires" => self.expires = Some(units::duration(value).filter(|time| *time <= LONGEST)?),
            "wait" => {
                self.wait = Some(match value {
                    "session" => Wait::Session,
                    "resubmit" => Wait::Resubmit,
                    _ => return None,
                });
            }
            "hold_in_transaction" if value == "refuse" => self.in_transaction = Some(InTransaction::Refuse),
            "hold_in_transaction" => self.in_transaction = Some(InTransaction::AtMost(units::duration(value)?)),
            "message" => self.message = Some(plain(value, 300)?),
            "observe" => self.observe = Some(units::date(value)?),
            "mask" => self.mask = masks(value)?,
            "positions" => self.positions = Some(value.parse().ok()?),
            "record" if value == "full" => self.record = Some(Recording::Whole),
            "record" => self.record = Some(Recording::UpTo(units::size(value)?)),
            "max_rows" => self.max_rows = Some(units::number(value)?),
            "rate" => self.rate = Some(rate(value)?),
            "max_bytes" => self.max_bytes = Some(units::size(value)?),
            "statement_timeout" => self.timeout = Some(units::duration(value)?),
            "read_only" => self.read_only = (value == "true").then_some(true)?,
            // It is read before all others.
            "id" => {}
            _ => return None,
        }
        Some(())
    }
}

/// `10000 rows/1h`.
fn rate(value: &str) -> Option<(u64, Duration)> {
    let (rows, window) = value.split_once(" rows/")?;
    Some((units::number(rows)?, units::duration(window).filter(|window| *window <= LONGEST)?))
}

/// A text that may be shown as it is: not empty, not long, nothing that moves a cursor or turns the direction of writing.
pub(crate) fn plain(text: &str, longest: usize) -> Option<String> {
    let length = text.chars().count();
    let good =
        (1..=longest).contains(&length) && text.trim() == text && !text.chars().any(|c| c.is_control() || is_hidden(c));
    good.then(|| text.to_owned())
}

/// Whether a character takes no place, or turns the direction of writing: it makes a text look like another.
pub(crate) fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The id of the policy is not known here, and is put in when it decides.
fn masks(value: &str) -> Option<Vec<MaskRule>> {
    let rules = MaskRule::read_all("", Positions::NONE, value).ok()?;
    let mut sorted = rules.clone();
    sorted.sort();
    sorted.dedup();
    (sorted.len() == rules.len()).then_some(sorted)
}

fn unknown(name: &str) -> String {
    let close = ANNOTATIONS.iter().map(|about| about.name).find(|known| near(known, name));
    let all: Vec<String> = ANNOTATIONS.iter().map(|about| format!("@{}", about.name)).collect();
    match close {
        Some(close) => format!("Did you mean @{close}?"),
        None => format!("There are {}.", all.join(" ")),
    }
}

/// Whether one letter too many, too few, wrong or swapped lies between them.
fn near(known: &str, typed: &str) -> bool {
    let (known, typed): (Vec<char>, Vec<char>) = (known.chars().collect(), typed.to_lowercase().chars().collect());
    let same = known.iter().zip(&typed).take_while(|(a, b)| a == b).count();
    let (rest, left) = (known.get(same..).unwrap_or_default(), typed.get(same..).unwrap_or_default());
    let tail = |list: &[char], from: usize| list.get(from..).map(<[char]>::to_vec);
    let swapped = match (rest, left) {
        ([a, b, more @ ..], [c, d, less @ ..]) => a == d && b == c && more == less,
        _ => false,
    };
    let without = |a: usize, b: usize| tail(rest, a).is_some() && tail(rest, a) == tail(left, b);
    known != typed && (swapped || without(1, 0) || without(0, 1) || without(1, 1))
}
