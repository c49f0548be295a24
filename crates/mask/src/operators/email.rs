//! `email`: a token in place of what stands before the `@`; the domain stays.

use std::sync::Arc;

use model::{Value, ValueKind, Veil};

use super::redact::redacted;
use super::token::{LENGTH, SHORTEST, lower, name, token};
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
        let domain = lower(domain);
        let mut token = name(self.0.digest(Purpose::Email, lower(local).as_bytes()));
        let behind = 1 + domain.len();
        if !fits(LENGTH + behind, limit) {
            token.truncate(usize::try_from(limit.unwrap_or_default()).ok()?.saturating_sub(behind));
        }
        if token.len() < SHORTEST {
            return None;
        }
        token.reserve_exact(1 + domain.len());
        token.push('@');
        token.push_str(&domain);
        Some(token)
    }
}

impl Veil for Email {
    fn veil<'v>(&self, value: &Value<'v>, kind: &ValueKind) -> Option<Value<'v>> {
        let address = match (value, element(kind)) {
            (Value::Text(text), ValueKind::Text(limit)) => {
                self.shown(text, *limit).map(|text| Value::Text(text.into()))
            }
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
