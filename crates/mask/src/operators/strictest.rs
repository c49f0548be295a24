//! Which of several operators holds: the one that shows least of a value of this kind.
//!
//! | from strict to mild | of two of them |
//! |---|---|
//! | `null` | |
//! | `redact` | |
//! | `constant` | the same text, else `redact` |
//! | `token` | |
//! | `email` | |
//! | `generalise` | the coarser |
//! | `shift` | by more days |
//! | `keep_first`, `keep_last` | fewer characters; one of each is `redact`, as together they would show too much |
//!
//! An operator that cannot be applied to a kind redacts it, and has that rank.

use model::{Grain, MaskOperator, ValueKind};

use super::{constant, element};

/// The strictest of them; without any, `null`.
pub(crate) fn strictest<'a>(operators: impl IntoIterator<Item = &'a MaskOperator>, kind: &ValueKind) -> MaskOperator {
    let effective = operators.into_iter().map(|operator| effective(operator, element(kind)));
    effective.reduce(stricter).unwrap_or(MaskOperator::Null)
}

/// What an operator comes to for values of this kind.
fn effective(operator: &MaskOperator, kind: &ValueKind) -> MaskOperator {
    use ValueKind::{Date, Decimal, Float, Integer, Network, Text, Timestamp, Uuid};
    let applies = match operator {
        MaskOperator::Null | MaskOperator::Redact => true,
        MaskOperator::Constant(text) => constant::read(text, kind).is_some(),
        MaskOperator::Token | MaskOperator::Email => matches!(kind, Text(_) | Integer(_) | Uuid),
        MaskOperator::KeepFirst(_) | MaskOperator::KeepLast(_) => matches!(kind, Text(_)),
        MaskOperator::Shift(_) | MaskOperator::Generalise(Grain::Year | Grain::Month) => {
            matches!(kind, Date | Timestamp)
        }
        MaskOperator::Generalise(Grain::Network(_)) => matches!(kind, Network),
        MaskOperator::Generalise(Grain::Step(_)) => matches!(kind, Integer(_) | Float(_) | Decimal),
    };
    match operator {
        _ if !applies => MaskOperator::Redact,
        MaskOperator::Email if !matches!(kind, Text(_)) => MaskOperator::Token,
        operator => operator.clone(),
    }
}

fn stricter(one: MaskOperator, other: MaskOperator) -> MaskOperator {
    use MaskOperator::{Constant, Generalise, KeepFirst, KeepLast, Redact, Shift};
    match rank(&one).cmp(&rank(&other)) {
        std::cmp::Ordering::Less => one,
        std::cmp::Ordering::Greater => other,
        std::cmp::Ordering::Equal => match (&one, &other) {
            (KeepFirst(a), KeepFirst(b)) | (KeepLast(a), KeepLast(b)) => {
                if a <= b {
                    one
                } else {
                    other
                }
            }
            (Shift(a), Shift(b)) => {
                if a >= b {
                    one
                } else {
                    other
                }
            }
            (Generalise(a), Generalise(b)) => {
                if coarseness(*a) >= coarseness(*b) {
                    one
                } else {
                    other
                }
            }
            (KeepFirst(_), KeepLast(_)) | (KeepLast(_), KeepFirst(_)) => Redact,
            (Constant(a), Constant(b)) if a != b => Redact,
            _ => one,
        },
    }
}

fn rank(operator: &MaskOperator) -> u8 {
    match operator {
        MaskOperator::Null => 0,
        MaskOperator::Redact => 1,
        MaskOperator::Constant(_) => 2,
        MaskOperator::Token => 3,
        MaskOperator::Email => 4,
        MaskOperator::Generalise(_) => 5,
        MaskOperator::Shift(_) => 6,
        MaskOperator::KeepFirst(_) | MaskOperator::KeepLast(_) => 7,
    }
}

/// How coarse a grain is, among those of one kind.
fn coarseness(grain: Grain) -> u32 {
    match grain {
        Grain::Year => 1,
        Grain::Month => 0,
        Grain::Network(bits) => u32::from(u8::MAX.saturating_sub(bits)),
        Grain::Step(step) => step,
    }
}
