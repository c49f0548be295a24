//! The credentials of targets.

use model::{Account, Resource, Secret};

use crate::Later;

/// The secret of an account could not be had. `why` is for the gateway's own log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret is not available: {why}")]
pub struct SecretUnavailable {
    /// What failed; never the secret.
    pub why: String,
}

/// Where upstream credentials come from. Asked once for each session, so that a rotated secret is used at once.
pub trait Secrets: Send + Sync {
    /// The password of an account; `None` when it has none.
    fn fetch(&self, resource: &Resource, account: &Account) -> Later<Result<Option<Secret>, SecretUnavailable>>;
}
