//! As whom a database is read.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use control::Inventory;
use model::{Account, Resource, ResourceName, Secret};
use ports::{Later, Secrets};

use super::Failure;

/// Who reads a database, and how it proves itself.
pub struct Inspector {
    /// The account.
    pub account: Account,
    /// Its password, if it has one.
    pub secret: Option<Secret>,
}

/// Says as whom a database is read.
pub(super) trait Inspectors: Send + Sync {
    /// Whether that target has an account that is for this alone.
    fn has(&self, resource: &Resource) -> bool;

    /// As whom the databases of that target are read.
    fn of(&self, resource: &Arc<Resource>) -> Later<Result<Inspector, Failure>>;
}

/// The inspection account of a target; where there is none, its first account whose secret can be had.
pub(super) struct Accounts {
    inventory: Arc<Inventory>,
    /// Targets without an inspection account, of which that was said.
    told: Arc<Mutex<BTreeSet<ResourceName>>>,
}

impl Accounts {
    pub(super) fn new(inventory: Arc<Inventory>) -> Self {
        Self { inventory, told: Arc::default() }
    }
}

impl Inspectors for Accounts {
    fn has(&self, resource: &Resource) -> bool {
        self.inventory.inspection(&resource.name).is_some()
    }

    fn of(&self, resource: &Arc<Resource>) -> Later<Result<Inspector, Failure>> {
        let (inventory, resource, told) = (Arc::clone(&self.inventory), Arc::clone(resource), Arc::clone(&self.told));
        Box::pin(async move {
            let marked = inventory.inspection(&resource.name);
            if marked.is_none() && told.lock().unwrap_or_else(PoisonError::into_inner).insert(resource.name.clone()) {
                tracing::warn!(
                    resource = %resource.name,
                    "there is no account for inspection, so what its databases hold is read as one that people use: give it one \
                     that can sign in and nothing else"
                );
            }
            let candidates = marked.map_or_else(|| resource.accounts.clone(), |account| vec![account]);
            let mut last = "it has no account".to_owned();
            for account in candidates {
                match inventory.fetch(&resource, &account).await {
                    Ok(secret) => return Ok(Inspector { account, secret }),
                    Err(error) => last = format!("account {}: {error}", account.name),
                }
            }
            Err(Failure::new(last))
        })
    }
}
