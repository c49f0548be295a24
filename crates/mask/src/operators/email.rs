//! `email`: a token in place of what stands before the `@`; the domain stays.

use std::sync::Arc;

use model::{Value, ValueKind, Veil};

use super::redact::redacted;
use super::token::{LENGTH, SHORTEST, name, token};
use super::{element, fits};
use crate::Keys;
use crate::keys::Purpose;

/// Shows domains.
pub(super) struct Email(Arc<Keys>);

impl Email {
    pub(super) fn new(keys: Arc<Keys>) -> Self {
        Self(keys)
    }

    /// The address with a token in it, cut to what there is place for.
    fn shown(&self, address: &str, limit: Option<u32>) -> Option<String> {
        let (local, domain) = parts(address)?;
        let domain = domain.to_lowercase();
        let mut token = name(self.0.digest(Purpose::Email, local.to_lowercase().as_bytes()));
        let behind = 1 + domain.chars().count();
        if !fits(LENGTH + behind, limit) {
            token.truncate(usize::try_from(limit.unwrap_or_default()).ok()?.saturating_sub(behind));
        }
        (token.len() >= SHORTEST).then(|| format!("{token}@{domain}"))
    }
}

impl Veil for Email {
    fn veil(&self, value: &Value, kind: &ValueKind) -> Option<Value> {
        let address = match (value, element(kind)) {
            (Value::Text(text), ValueKind::Text(limit)) => self.shown(text, *limit).map(Value::Text),
            _ => None,
        };
        address.or_else(|| token(&self.0, value, kind)).or_else(|| redacted(kind))
    }
}

/// What stands before and behind the `@`, when it is an address. The domain must look like one: it is shown.
fn parts(text: &str) -> Option<(&str, &str)> {
    let (local, domain) = text.trim().rsplit_once('@')?;
    let (rest, last) = domain.rsplit_once('.')?;
    let label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let good_local = !local.is_empty() && !local.contains(char::is_whitespace);
    let good_last = (2..=63).contains(&last.len()) && last.bytes().all(|byte| byte.is_ascii_alphabetic());
    (good_local && good_last && domain.len() <= 253 && rest.split('.').all(label)).then_some((local, domain))
}
