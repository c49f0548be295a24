//! What every test is made of: a real PostgreSQL, a gateway in front of it, and clients with a deadline.

pub mod certificates;
pub mod client;
pub mod door;
pub mod gateway;
pub mod hostile;
pub mod journal;
pub mod place;
pub mod postgres;
pub mod scram;
pub mod terminal;
pub mod wire;

pub use client::Client;
pub use door::Door;
pub use gateway::{Gateway, Setup};
pub use place::{direct, soak, until};
pub use postgres::{Postgres, Version};
