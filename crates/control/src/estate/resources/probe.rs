//! Trying a target: whether it is there, whether it is who it should be, whether the account works, and whether it may
//! more than it should. What a protocol has to do for that is its prober's.

use std::sync::Arc;

use model::{Account, Resource, ResourceName, Secret};
use ports::{Later, Secrets};

use super::super::Estate;
use crate::roles;
use crate::{Caller, Error};

/// What is tried.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The target.
    pub resource: Arc<Resource>,
    /// The account to sign in with.
    pub account: Account,
    /// Its secret. Never in a step.
    pub secret: Option<Secret>,
    /// Whether it is for the gateway's own looks: then it must see the catalogue.
    pub inspection: bool,
}

/// One step of a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which: `name`, `reach`, `tls`, `sign-in`, `version`, `role`, `catalogue`.
    pub step: &'static str,
    /// Whether it is as it should be.
    pub ok: bool,
    /// What was found.
    pub detail: String,
    /// What helps.
    pub remedy: Option<String>,
}

/// What came out for one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// The target.
    pub resource: ResourceName,
    /// The account.
    pub account: String,
    /// The steps, in order. After one without which the next makes no sense there is none.
    pub steps: Vec<Step>,
}

/// Tries targets of one protocol.
pub trait Prober: Send + Sync {
    /// Does the steps, within a bounded time. The secret stands in no step.
    fn probe(&self, trial: Trial) -> Later<Vec<Step>>;
}

impl Estate {
    /// Tries a target with that account, or with each of its accounts.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such target or account; [`Error::Invalid`] when its protocol cannot be tried.
    pub async fn test_resource(
        &self,
        by: &Caller,
        name: &ResourceName,
        account: Option<&str>,
    ) -> Result<Vec<Tested>, Error> {
        self.may(by, &roles::RESOURCES_TEST).await?;
        self.inventory.refresh(&self.parts).await?;
        let (resource, accounts) = self.inventory.all_accounts(name).ok_or(Error::NotFound)?;
        let Some(prober) = self.parts.protocols.get(&resource.protocol).and_then(Option::as_ref) else {
            return Err(Error::Invalid(format!("resources of protocol {} cannot be tried", resource.protocol)));
        };
        let wanted = |there: &Account| account.is_none_or(|account| there.name == account);
        let accounts: Vec<_> = accounts.into_iter().filter(|(there, _)| wanted(there)).collect();
        if accounts.is_empty() {
            return Err(Error::NotFound);
        }
        let named = account.map(|account| ("account", account.to_owned()));
        let details: Vec<_> = [("resource", name.to_string())].into_iter().chain(named).collect();
        self.write_down(by, &roles::RESOURCES_TEST, &details).await?;
        let mut tested = Vec::new();
        for (account, inspection) in accounts {
            let name = account.name.clone();
            let steps = match self.inventory.fetch(&resource, &account).await {
                Ok(secret) => {
                    prober.probe(Trial { resource: Arc::clone(&resource), account, secret, inspection }).await
                }
                Err(unavailable) => vec![Step {
                    step: "secret",
                    ok: false,
                    detail: unavailable.why,
                    remedy: Some("Hand in the secret of the account again.".to_owned()),
                }],
            };
            tested.push(Tested { resource: resource.name.clone(), account: name, steps });
        }
        Ok(tested)
    }
}
