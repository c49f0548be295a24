//! The policy decides, people approve, and the one who asks never leaves psql: the built gateway with its interface and
//! command line, a real PostgreSQL, real terminals.

mod access;
mod audited;
mod changed;
mod crowd;
mod rates;
mod revealed;
mod started;
mod waiting;

use crate::harness::scene;
