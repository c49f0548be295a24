//! How often one source may fail to prove who it is before its failures are not recorded one by one any more. Credentials
//! cannot be guessed, so this only keeps the log from being flooded; who does prove who they are is never delayed.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError, Weak};
use std::time::Duration;

use crate::sources::source;

/// Failures that a source may have at once.
const BURST: u32 = 20;
/// After so long one of them is forgotten.
const FORGETS: Duration = Duration::from_secs(1);
/// Sources that are told apart; those beyond share one account.
const SOURCES: usize = 4096;

/// Failures by source.
#[derive(Default)]
pub(crate) struct Attempts {
    failures: Mutex<HashMap<IpAddr, u32>>,
}

impl Attempts {
    /// Whether what that source fails at is still looked into.
    pub(crate) fn allowed(&self, from: IpAddr) -> bool {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.get(&account(&failures, from)).is_none_or(|failed| *failed < BURST)
    }

    /// It failed.
    pub(crate) fn failed(&self, from: IpAddr) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let account = account(&failures, from);
        let failed = failures.entry(account).or_default();
        *failed = failed.saturating_add(1).min(BURST);
    }

    fn forget_one(&self) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, failed| {
            *failed = failed.saturating_sub(1);
            *failed > 0
        });
    }
}

/// Forgets, until nobody counts any more.
pub(crate) async fn forget(attempts: Weak<Attempts>) {
    loop {
        tokio::time::sleep(FORGETS).await;
        match attempts.upgrade() {
            Some(attempts) => attempts.forget_one(),
            None => return,
        }
    }
}

/// Whose failures they are.
fn account(failures: &HashMap<IpAddr, u32>, from: IpAddr) -> IpAddr {
    let source = source(from);
    let known = failures.contains_key(&source) || failures.len() < SOURCES;
    if known { source } else { IpAddr::V6(Ipv6Addr::UNSPECIFIED) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_source_that_fails_too_often_waits_and_others_do_not() {
        let attempts = Attempts::default();
        for _ in 0..BURST {
            assert!(attempts.allowed(address("192.0.2.1")));
            attempts.failed(address("192.0.2.1"));
        }
        assert!(!attempts.allowed(address("192.0.2.1")));
        assert!(!attempts.allowed(address("::ffff:192.0.2.1")), "the same machine");
        assert!(attempts.allowed(address("192.0.2.2")));
        attempts.forget_one();
        assert!(attempts.allowed(address("192.0.2.1")));
    }

    #[test]
    fn a_network_of_ipv6_is_one_source_and_memory_is_bounded() {
        let attempts = Attempts::default();
        for last in 0..BURST {
            attempts.failed(address(&format!("2001:db8::{last:x}")));
        }
        assert!(!attempts.allowed(address("2001:db8::ffff")));
        for at in 0..100_000_u32 {
            attempts.failed(IpAddr::from((0x0a00_0000 + at).to_be_bytes()));
        }
        assert!(attempts.failures.lock().unwrap().len() <= SOURCES + 1);
        assert!(!attempts.allowed(address("203.0.113.9")), "those beyond share one account");
    }
}
