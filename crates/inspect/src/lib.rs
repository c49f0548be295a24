//! Looks at targets: tries them for `resources test` (is it there, is it who it should be, does the account work, may it
//! more than it should), and reads what their databases hold, for masks. On connections of the gateway's own, never on the
//! data path, so a client library of each protocol does the talking.
//!
//! What a target answers is believed no further than the data path would: it cannot choose a weaker way to be told a
//! password, and what it says is cut, cleaned and rid of the secret before anybody is shown it.

mod catalogues;
mod guarded;
mod metered;
mod postgres;
mod said;
mod way;

pub use catalogues::{Catalogues, Failure, Found, Inspector, Place, Reader, Source};
pub use postgres::Postgres;

#[cfg(test)]
mod tests;
