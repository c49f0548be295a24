//! The operators: what is shown instead of a value. Each gives a value of the same type, which is valid for it; where one
//! cannot be applied to a type, or to this value, the value is redacted.

mod constant;
mod date;
mod email;
mod generalise;
mod keep;
mod redact;
mod shift;
mod strictest;
mod token;

use std::sync::Arc;

use model::{MaskOperator, Treatment, ValueKind, Veil};

pub(crate) use redact::Redact;
pub(crate) use strictest::strictest;

use crate::Keys;

/// What the operator does with the values of a column of this kind. `place` names the column that they come from.
pub(crate) fn treatment(operator: &MaskOperator, kind: &ValueKind, keys: &Arc<Keys>, place: &str) -> Treatment {
    if *element(kind) == ValueKind::Other {
        return Treatment::Null;
    }
    let keys = || Arc::clone(keys);
    let veil: Arc<dyn Veil> = match operator {
        MaskOperator::Null => return Treatment::Null,
        MaskOperator::Redact => Arc::new(Redact),
        MaskOperator::Constant(text) => Arc::new(constant::Constant::new(text)),
        MaskOperator::KeepFirst(count) => Arc::new(keep::Keep::first(*count)),
        MaskOperator::KeepLast(count) => Arc::new(keep::Keep::last(*count)),
        MaskOperator::Token => Arc::new(token::Token::new(keys())),
        MaskOperator::Email => Arc::new(email::Email::new(keys())),
        MaskOperator::Shift(days) => Arc::new(shift::Shift::new(&keys(), *days, place)),
        MaskOperator::Generalise(grain) => Arc::new(generalise::Generalise::new(*grain)),
    };
    Treatment::Veil(veil)
}

/// What is done with a value of which nothing may be shown, not even that it is there, where the type allows that.
pub(crate) fn whole(kind: &ValueKind) -> Treatment {
    match kind {
        ValueKind::Text(_) | ValueKind::Json => Treatment::Veil(Arc::new(Redact)),
        _ => Treatment::Null,
    }
}

/// The kind of the single values of a kind: of lists that of their elements.
pub(crate) fn element(kind: &ValueKind) -> &ValueKind {
    match kind {
        ValueKind::List(inner) => element(inner),
        kind => kind,
    }
}

/// Whether a text of so many characters has its place in the kind.
fn fits(length: usize, limit: Option<u32>) -> bool {
    limit.is_none_or(|limit| u32::try_from(length).is_ok_and(|length| length <= limit))
}

#[cfg(test)]
mod tests;
