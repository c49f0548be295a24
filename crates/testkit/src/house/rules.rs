//! The policy of a test house: rules that a test may exchange, and an end that it may order.

use std::sync::Mutex;

use model::{Action, Decision, Obligations, Public, Requirement, Verdict};
use ports::{Decider, Later, Who};
use tokio::sync::watch;

use super::{LOCKED, allow, deny};

/// What is decided about commands.
pub type Rule = Box<dyn Fn(&Action) -> Verdict + Send + Sync>;

/// The policy.
pub struct Rules {
    rule: Mutex<Rule>,
    /// What is decided about a command that was approved; without it, what was met is enough.
    approved: Mutex<Option<Rule>>,
    ended: watch::Sender<Option<Public>>,
}

impl Rules {
    pub(super) fn new(rule: Rule) -> Self {
        Self { rule: Mutex::new(rule), approved: Mutex::default(), ended: watch::channel(None).0 }
    }

    /// From now on commands are decided by another rule.
    pub fn change(&self, rule: impl Fn(&Action) -> Verdict + Send + Sync + 'static) {
        *self.rule.lock().unwrap() = Box::new(rule);
    }

    /// From now on approved commands are decided by this rule.
    pub fn once_approved(&self, rule: impl Fn(&Action) -> Verdict + Send + Sync + 'static) {
        *self.approved.lock().unwrap() = Some(Box::new(rule));
    }

    /// No session would be admitted any more.
    pub fn end(&self, reason: Public) {
        self.ended.send_replace(Some(reason));
    }
}

fn decision(verdict: Verdict) -> Decision {
    Decision { verdict, version: "rules of a test".into(), observed: Vec::new() }
}

impl Decider for Rules {
    fn admit(&self, who: Who<'_>) -> Decision {
        decision(if who.account.name == LOCKED { deny() } else { allow() })
    }

    fn decide(&self, _: Who<'_>, action: &Action, met: &[Requirement]) -> Decision {
        let approved = self.approved.lock().unwrap();
        decision(match (approved.as_ref(), (self.rule.lock().unwrap())(action)) {
            (Some(approved), _) if !met.is_empty() => approved(action),
            (None, Verdict::Hold { policies, terms, .. }) if terms.requirements == met => {
                Verdict::Allow { policies, obligations: Obligations::default() }
            }
            (_, verdict) => verdict,
        })
    }

    fn ended(&self, _: Who<'_>) -> Later<Public> {
        let mut ended = self.ended.subscribe();
        Box::pin(async move {
            let reason = ended.wait_for(Option::is_some).await.ok().and_then(|reason| reason.clone());
            match reason {
                Some(reason) => reason,
                None => std::future::pending().await,
            }
        })
    }
}
