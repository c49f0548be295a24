//! Which targets exist.

use std::sync::Arc;

use model::Resource;

/// The named targets.
pub trait Resources: Send + Sync {
    /// The target of that name.
    fn named(&self, name: &str) -> Option<Arc<Resource>>;

    /// The target that a TLS server name (SNI) stands for. Compared without regard to case.
    fn by_server_name(&self, server_name: &str) -> Option<Arc<Resource>>;
}
