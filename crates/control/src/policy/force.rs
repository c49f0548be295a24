//! The policies in force: those of the configuration file together with those that were kept last.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use model::{Account, Class, CredentialId, Decision, MaskRule, Public, Requirement, Resource, SessionId, Verdict};
use policy::{Engine, Facts, File, LoadError, ToLift, compile};
use ports::{Decider, Who};

use crate::{AccessPolicy, AccessTerms, Asked, Caller, ObservedPolicy, PolicyForce, Standing};

/// Puts policies in force.
pub struct Force {
    engine: Engine,
    /// Of the configuration file (`policy::access`): in force beside whatever is kept.
    own: File,
    number: AtomicU64,
}

impl Force {
    /// Begins with the policies of the configuration file alone; with none, so that nothing is permitted, where others are
    /// still to come: what they forbid must not be missed until then.
    ///
    /// # Errors
    /// When those cannot be put in force.
    pub fn new(own: File, others_to_come: bool, facts: Arc<dyn Facts>) -> Result<Self, LoadError> {
        let alone = compile(0, std::slice::from_ref(&own))?;
        let engine = Engine::new(if others_to_come { compile(0, &[])? } else { alone }, facts);
        Ok(Self { engine, own, number: AtomicU64::new(0) })
    }

    /// Who decides by them.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    fn all(&self, files: &BTreeMap<String, String>) -> Vec<File> {
        let kept = files.iter().map(|(name, text)| File { name: name.clone(), text: text.clone() });
        std::iter::once(self.own.clone()).chain(kept).collect()
    }
}

impl PolicyForce for Force {
    fn check(&self, files: &BTreeMap<String, String>) -> Result<(), String> {
        compile(1, &self.all(files)).map(drop).map_err(|problems| problems.to_string())
    }

    fn put(&self, number: u64, files: &BTreeMap<String, String>) -> Result<(), String> {
        let policies = compile(number, &self.all(files)).map_err(|problems| problems.to_string())?;
        self.engine.replace(policies).map_err(|stale| stale.to_string())?;
        self.number.fetch_max(number, Ordering::Relaxed);
        Ok(())
    }

    fn number(&self) -> u64 {
        self.number.load(Ordering::Relaxed)
    }

    fn admit(&self, standing: &Standing, resource: &Resource, account: &Account, client: IpAddr) -> Decision {
        let nobody = CredentialId(String::new());
        self.engine.admit(who(&nobody, standing, resource, account, client))
    }

    fn decide(&self, asked: &Asked<'_>) -> Decision {
        self.engine.decide(asked.who(&CredentialId(String::new())), asked.action, asked.met)
    }

    fn masks_of(&self, policy: &str) -> Vec<MaskRule> {
        self.engine.policies().masks(policy).unwrap_or_default()
    }

    fn observed(&self, now_us: u64) -> Vec<ObservedPolicy> {
        let observed = self.engine.policies().observed(now_us).into_iter();
        observed.map(|policy| ObservedPolicy { id: policy.id, until_us: policy.until_us }).collect()
    }
}

impl AccessPolicy for Force {
    fn terms(
        &self,
        by: &Caller,
        standing: &Standing,
        resource: &Arc<Resource>,
        account: &Account,
    ) -> Result<AccessTerms, Public> {
        let who = who(&by.credential, standing, resource, account, by.client);
        let decision = self.engine.admit(who);
        let masks = Vec::new();
        match decision.verdict {
            Verdict::Hold { policies, terms, .. } => {
                let policy_version = decision.version.to_string();
                Ok(AccessTerms { terms, policies, masks, policy_version })
            }
            Verdict::Deny { reason, .. } => Err(reason),
            // They may connect; there may still be commands that access for a time lets through.
            Verdict::Allow { .. } => match self.engine.to_lift(who) {
                Some(ToLift { terms, policies, version }) => {
                    Ok(AccessTerms { terms, policies, masks, policy_version: version })
                }
                None => {
                    let message = "you may use it already: no request is needed";
                    Err(Public::new(Class::Denied, message).with_hint("Connect: signet connect RESOURCE."))
                }
            },
        }
    }

    fn to_reveal(
        &self,
        by: &Caller,
        standing: &Standing,
        resource: &Arc<Resource>,
        policy: &str,
    ) -> Result<AccessTerms, Public> {
        let admitted = |account: &Account| {
            let decision = self.engine.admit(who(&by.credential, standing, resource, account, by.client));
            !matches!(decision.verdict, Verdict::Deny { .. })
        };
        if !resource.accounts.iter().any(admitted) {
            return Err(Public::new(Class::Denied, "no such resource, or you may not use it"));
        }
        let policies = self.engine.policies();
        let Some((terms, masks)) = policies.to_reveal(policy).zip(policies.masks(policy)) else {
            let message = "no policy of that name masks anything, or nobody can agree to lift it";
            return Err(Public::new(Class::Denied, message));
        };
        Ok(AccessTerms {
            terms,
            policies: vec![policy.to_owned()],
            masks: masks.iter().map(ToString::to_string).collect(),
            policy_version: policies.version().to_owned(),
        })
    }

    fn unlifted(&self, policy: &str, met: &[Requirement], approved: &[String]) -> Option<&'static str> {
        self.engine.policies().unlifted(policy, met, approved)
    }
}

/// As if they connected now.
fn who<'a>(
    credential: &'a CredentialId,
    standing: &'a Standing,
    resource: &'a Resource,
    account: &'a Account,
    client: IpAddr,
) -> Who<'a> {
    Who {
        session: SessionId(uuid::Uuid::nil()),
        principal: &standing.principal,
        credential,
        resource,
        account,
        database: None,
        client,
        program: None,
    }
}
