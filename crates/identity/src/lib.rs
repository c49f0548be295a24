//! Who people are: those of the configuration file and of the store in one list, and the tokens by which they prove it.
//!
//! A token is shown once, when it is made. At rest there is only what SCRAM-SHA-256 verifies with and a digest, by which
//! one that comes alone is found: it is random, so neither tells anything of it. There is one salt a person, so that the challenge can be sent before it is known which of a person's tokens the client holds. Whoever is
//! not known is challenged all the same, with a salt that never changes, so that names cannot be tried out.

mod error;
mod local;
mod people;
mod roll;
mod scram;
mod token;
mod tokens;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

pub use error::IdentityError;
pub use local::{Bearer, Local};
pub use people::Person;
pub use roll::{Member, Origin, Roll};
pub use tokens::{NewToken, Prepared, TokenInfo, Tokens};

/// The issuer of people who sign in with tokens of this gateway.
pub const LOCAL: &str = "local";

/// Tells microseconds since 1970 UTC.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The clock of the machine.
pub fn wall_clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
    })
}

#[cfg(test)]
mod tests;
