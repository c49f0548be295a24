//! Tries targets for `resources test`: is it there, is it who it should be, does the account work, may it more than it
//! should. Never on the data path, so a client library of each protocol does the talking.
//!
//! What a target answers is believed no further than the data path would: it cannot choose a weaker way to be told a
//! password, and what it says is cut, cleaned and rid of the secret before anybody is shown it.

mod guarded;
mod postgres;
mod said;
mod way;

pub use postgres::Postgres;

#[cfg(test)]
mod tests;
