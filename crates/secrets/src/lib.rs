//! Where the credentials of targets come from: files and the environment, read anew for each session; and the envelope
//! that seals what stands in the store.

mod envelope;
mod own_key;
mod source;

use std::collections::BTreeMap;

use model::{Account, Resource, ResourceName, Secret};
use ports::{Later, SecretUnavailable, Secrets};

pub use envelope::{Envelope, EnvelopeError, KeyId, Opened, Place};
pub use own_key::OwnKey;
pub use source::Source;

/// The source of each account's secret, by resource and account name.
#[derive(Clone, Debug, Default)]
pub struct Sources(BTreeMap<(ResourceName, String), Source>);

impl FromIterator<((ResourceName, String), Source)> for Sources {
    fn from_iter<I: IntoIterator<Item = ((ResourceName, String), Source)>>(rows: I) -> Self {
        Self(rows.into_iter().collect())
    }
}

impl Secrets for Sources {
    fn fetch(&self, resource: &Resource, account: &Account) -> Later<Result<Option<Secret>, SecretUnavailable>> {
        let source = self.0.get(&(resource.name.clone(), account.name.clone())).cloned();
        let missing = format!("no source is configured for account {} of {}", account.name, resource.name);
        Box::pin(async move {
            let source = source.ok_or(SecretUnavailable { why: missing })?;
            // Off the reactor: a file may be on a network.
            let read = tokio::task::spawn_blocking(move || source.read()).await;
            read.unwrap_or_else(|_| Err("reading it was interrupted".to_owned()))
                .map_err(|why| SecretUnavailable { why })
        })
    }
}

#[cfg(test)]
mod tests;
