//! What the engine needs from the house, as traits: it sees its collaborators in no other way.

mod approvals;
mod decider;
mod directory;
mod journal;
mod masks;
mod resources;
mod secrets;

use std::future::Future;
use std::pin::Pin;

pub use approvals::{Approvals, Held, HoldEnd, HoldRequest};
pub use decider::{Decider, Who};
pub use directory::{Directory, NotIdentified, Verified};
pub use journal::{Journal, JournalDown, Mark};
pub use masks::{Catalogues, Masks, ToMask};
pub use resources::Resources;
pub use secrets::{SecretUnavailable, Secrets};

/// A future that may be awaited on any thread.
pub type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;
