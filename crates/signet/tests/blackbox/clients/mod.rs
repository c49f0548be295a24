//! Stock clients and a real server: everything works as it does without the gateway, and is recorded.

mod big;
mod copies;
mod drivers;
mod failures;
mod psql;
mod reach;
mod tls;
mod tools;
