//! What every test is made of: a real PostgreSQL, a gateway in front of it, and clients with a deadline.

pub mod api;
pub mod certificates;
pub mod client;
pub mod desk;
pub mod door;
pub mod gateway;
pub mod hostile;
pub mod inside;
pub mod journal;
pub mod pipeline;
pub mod place;
pub mod postgres;
pub mod relay;
pub mod scene;
pub mod scram;
pub mod setup;
pub mod terminal;
pub mod wire;

pub use client::Client;
pub use door::Door;
pub use gateway::Gateway;
pub use place::{direct, soak, until};
pub use postgres::{Postgres, Version};
pub use setup::Setup;
